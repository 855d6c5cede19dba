using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts.Queries;
using Pipeline.Neighbours;

namespace Pipeline.NeighbourMining;

/// <summary>
/// Geometric verification of an image's candidates. What was said once is remembered, by either side of the pair: features
/// belong to the bytes of an image, and neither changes.
/// </summary>
public sealed class PairVerification(INeighbourQueries queries, NeighbourhoodCatalog neighbourhoods, IOptions<MiningOptions> options)
{
    private const int MaxCandidates = 200;

    /// <summary>What verification says of each candidate, in ascending order of id.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="image">The image, with its tenant and what was said before.</param>
    /// <param name="candidates">The candidates.</param>
    /// <param name="others">Neighbourhoods of other images that happen to be known.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyList<PairCheck>> CheckAsync(
        string collection, Neighbourhood image, IReadOnlyList<Guid> candidates, IReadOnlyDictionary<Guid, Neighbourhood> others, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(others);
        var known = image.Checks.ToDictionary(check => check.OtherId);
        var checks = new List<PairCheck>(candidates.Count);
        var unknown = new List<Guid>();
        foreach (var other in candidates)
        {
            var said = known.GetValueOrDefault(other)
                ?? CheckOf(others.GetValueOrDefault(other), image.ImageId);
            if (said is null)
            {
                unknown.Add(other);
            }
            else
            {
                checks.Add(said with { OtherId = other });
            }
        }

        // The pair may have been seen from the other side: reading that costs a hundredth of matching two images.
        var asked = new List<Guid>();
        foreach (var (other, stored) in unknown.Zip(await neighbourhoods.GetManyAsync(collection, unknown, ct)))
        {
            if (CheckOf(stored, image.ImageId) is { } said)
            {
                checks.Add(said with { OtherId = other });
            }
            else
            {
                asked.Add(other);
            }
        }

        foreach (var chunk in asked.Chunk(MaxCandidates))
        {
            var answers = await queries.VerifyAsync(
                new VerifyCandidates { Collection = collection, Tenant = image.Tenant, ImageId = image.ImageId, Candidates = chunk }, ct);
            checks.AddRange(answers is null ? chunk.Select(other => new PairCheck(other, false, 0, 0)) : answers.Select(ToCheck));
        }

        checks.Sort((a, b) => a.OtherId.CompareTo(b.OtherId));
        return checks;
    }

    private static PairCheck? CheckOf(Neighbourhood? neighbourhood, Guid other) => neighbourhood?.Checks.FirstOrDefault(check => check.OtherId == other);

    private PairCheck ToCheck(CandidateVerification answer) => new(
        answer.ImageId,
        answer.Verified && answer.CentralSupport >= options.Value.MinCentralSupport,
        answer.Inliers,
        answer.CentralSupport);
}
