using MassTransit;
using Microsoft.Extensions.Options;
using Pipeline.Contracts.Queries;
using Pipeline.Messaging;

namespace Pipeline.Indexing.Search;

/// <summary>The steps of a search that other services answer, each a request on the bus.</summary>
public sealed class QuerySteps(
    IBus bus,
    IOptions<SearchOptions> options)
{
    /// <summary>The embedding of a query picture, from CNN extraction.</summary>
    /// <exception cref="PermanentException">The request was refused.</exception>
    /// <exception cref="RequestTimeoutException">Nobody answered in time.</exception>
    public Task<QueryFeatures> ExtractAsync(ExtractQueryFeatures request, CancellationToken ct) =>
        bus.AskAsync<ExtractQueryFeatures, QueryFeatures>(request, options.Value.StepTimeout, ct);

    /// <summary>The visual words of a query picture, from SIFT extraction.</summary>
    /// <inheritdoc cref="ExtractAsync"/>
    public Task<QueryWords> ExtractWordsAsync(ExtractQueryWords request, CancellationToken ct) =>
        bus.AskAsync<ExtractQueryWords, QueryWords>(request, options.Value.StepTimeout, ct);

    /// <summary>The code of an embedding, from hash encoding.</summary>
    /// <inheritdoc cref="ExtractAsync"/>
    public Task<QueryCode> EncodeAsync(EncodeQuery request, CancellationToken ct) =>
        bus.AskAsync<EncodeQuery, QueryCode>(request, options.Value.StepTimeout, ct);

    /// <summary>Geometric verification of candidates, from SIFT extraction.</summary>
    /// <inheritdoc cref="ExtractAsync"/>
    public Task<CandidatesVerified> VerifyAsync(VerifyCandidates request, CancellationToken ct) =>
        bus.AskAsync<VerifyCandidates, CandidatesVerified>(request, options.Value.StepTimeout, ct);
}
