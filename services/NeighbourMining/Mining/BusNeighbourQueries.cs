using MassTransit;
using Microsoft.Extensions.Options;
using Pipeline.Contracts.Queries;
using Pipeline.Messaging;

namespace Pipeline.NeighbourMining;

/// <summary>Asks over the bus.</summary>
public sealed class BusNeighbourQueries(IBus bus, IOptions<MiningServiceOptions> options) : INeighbourQueries
{
    /// <inheritdoc/>
    public Task<NeighboursFound> FindAsync(FindNeighbours request, CancellationToken ct) =>
        bus.AskAsync<FindNeighbours, NeighboursFound>(request, options.Value.RequestTimeout, ct);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<CandidateVerification>?> VerifyAsync(VerifyCandidates request, CancellationToken ct)
    {
        try
        {
            return (await bus.AskAsync<VerifyCandidates, CandidatesVerified>(request, options.Value.RequestTimeout, ct)).Candidates;
        }
        catch (PermanentException refused) when (refused.Reason == RefusalReasons.UnknownImage)
        {
            return null;
        }
    }
}
