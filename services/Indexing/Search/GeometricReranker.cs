using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Indexing.Verdicts;

namespace Pipeline.Indexing.Search;

/// <summary>
/// Verifies the first hits by SIFT matches that agree on one homography. Verified hits come first, ordered by
/// how much of the images' centres is shared, since a shared background is no reason to be found; the others keep their
/// order behind them.
/// </summary>
public sealed class GeometricReranker(QuerySteps steps, IOptions<SearchOptions> options)
{
    /// <summary>Re-ranks the hits of a search. What people said of them counts as if geometry had.</summary>
    public async Task<IReadOnlyList<SearchHit>> RerankAsync(SearchImages request, IReadOnlyList<SearchHit> hits, JudgedHits judged, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(hits);
        ArgumentNullException.ThrowIfNull(judged);
        var head = hits.Take(options.Value.RerankDepth).ToArray();
        if (head.Length == 0)
        {
            return hits;
        }

        var answer = await steps.VerifyAsync(
            new VerifyCandidates
            {
                Collection = request.Collection,
                Tenant = request.Tenant,
                Image = request.Image,
                ImageId = request.ImageId,
                Candidates = [.. head.Select(h => h.ImageId)],
            },
            ct);
        var verified = head.Zip(answer.Candidates, (hit, check) => Verified(hit, check, judged));
        return
        [
            .. verified
                .OrderByDescending(v => v.Hit.Match == MatchKinds.Duplicate)
                .ThenByDescending(v => v.IsSame)
                .ThenByDescending(v => v.IsSame ? v.Support : 0)
                .ThenByDescending(v => v.IsSame ? v.Hit.Inliers : 0)
                .Select(v => v.Hit),
            .. hits.Skip(head.Length).Select(judged.Apply),
        ];
    }

    private static (SearchHit Hit, bool IsSame, double Support) Verified(SearchHit hit, CandidateVerification check, JudgedHits judged)
    {
        var matched = judged.Apply(hit with
        {
            Inliers = check.Inliers,
            Match = hit.Match == MatchKinds.Similar && check.Verified ? MatchKinds.NearDuplicate : hit.Match,
        });
        return (matched, judged.On(hit.ImageId) is { } verdict ? verdict == PairVerdicts.Same : check.Verified, check.CentralSupport);
    }
}
