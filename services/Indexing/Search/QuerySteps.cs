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
        AskAsync<ExtractQueryFeatures, QueryFeatures>(request, ct);

    /// <summary>The code of an embedding, from hash encoding.</summary>
    /// <inheritdoc cref="ExtractAsync"/>
    public Task<QueryCode> EncodeAsync(EncodeQuery request, CancellationToken ct) =>
        AskAsync<EncodeQuery, QueryCode>(request, ct);

    /// <summary>Geometric verification of candidates, from SIFT extraction.</summary>
    /// <inheritdoc cref="ExtractAsync"/>
    public Task<CandidatesVerified> VerifyAsync(VerifyCandidates request, CancellationToken ct) =>
        AskAsync<VerifyCandidates, CandidatesVerified>(request, ct);

    private async Task<TAnswer> AskAsync<TRequest, TAnswer>(TRequest request, CancellationToken ct)
        where TRequest : class
        where TAnswer : class
    {
        var client = bus.CreateRequestClient<TRequest>(options.Value.StepTimeout);
        var response = await client.GetResponse<TAnswer, RequestRefused>(request, ct);
        return response.Is(out Response<TAnswer>? answer)
            ? answer.Message
            : response.Is(out Response<RequestRefused>? refused)
                ? throw new PermanentException(refused.Message.Reason, refused.Message.Detail)
                : throw new InvalidOperationException($"{typeof(TRequest).Name} was answered by neither {typeof(TAnswer).Name} nor a refusal.");
    }
}
