using MassTransit;
using Microsoft.Extensions.Options;
using Pipeline.Contracts.Queries;
using Pipeline.Messaging;

namespace Pipeline.NeighbourMining;

/// <summary>
/// Asks over the bus. A process that ends does not wait for answers: in Standalone, who would give them has stopped listening.
/// </summary>
public sealed class BusNeighbourQueries(IBus bus, IHostApplicationLifetime lifetime, IOptions<MiningServiceOptions> options) : INeighbourQueries
{
    /// <inheritdoc/>
    public Task<NeighboursFound> FindAsync(FindNeighbours request, CancellationToken ct) =>
        AskAsync<FindNeighbours, NeighboursFound>(request, ct);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<CandidateVerification>?> VerifyAsync(VerifyCandidates request, CancellationToken ct)
    {
        try
        {
            return (await AskAsync<VerifyCandidates, CandidatesVerified>(request, ct)).Candidates;
        }
        catch (PermanentException refused) when (refused.Reason == RefusalReasons.UnknownImage)
        {
            return null;
        }
    }

    private async Task<TAnswer> AskAsync<TRequest, TAnswer>(TRequest request, CancellationToken ct)
        where TRequest : class
        where TAnswer : class
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(ct, lifetime.ApplicationStopping);
        return await bus.AskAsync<TRequest, TAnswer>(request, options.Value.RequestTimeout, ends.Token);
    }
}
