using Pipeline.Contracts.Queries;

namespace Pipeline.NeighbourMining;

/// <summary>What mining asks other services for.</summary>
public interface INeighbourQueries
{
    /// <summary>The neighbour lists of images, from the index.</summary>
    Task<NeighboursFound> FindAsync(FindNeighbours request, CancellationToken ct);

    /// <summary>
    /// Geometric verification of an image against candidates, in their order; null if the image has no SIFT features.
    /// </summary>
    Task<IReadOnlyList<CandidateVerification>?> VerifyAsync(VerifyCandidates request, CancellationToken ct);
}
