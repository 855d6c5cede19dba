using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;

namespace Pipeline.Indexing.Verdicts;

/// <summary>What people said of a search's query and its hits.</summary>
public sealed class JudgedHits
{
    /// <summary>Of a query that nobody ever judged.</summary>
    public static JudgedHits None { get; } = new(new Dictionary<Guid, string>());

    private readonly IReadOnlyDictionary<Guid, string> _verdicts;

    private JudgedHits(IReadOnlyDictionary<Guid, string> verdicts) => _verdicts = verdicts;

    /// <summary>Reads what is known of the image that has the query's bytes, if there is one.</summary>
    public static async Task<JudgedHits> ReadAsync(ImageCatalog images, string collection, Guid queryId, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(images);
        return await images.GetAsync(collection, queryId, ct) is { Verdicts.Count: > 0 } record && record.IsLive(record.Incarnation)
            ? new JudgedHits(record.Standing())
            : None;
    }

    /// <summary>The verdict on the query and an image; null where there is none.</summary>
    public string? On(Guid image) => _verdicts.GetValueOrDefault(image);

    /// <summary>A hit as people see it: the same is a near-duplicate without geometry, what is not the same never is one.</summary>
    public SearchHit Apply(SearchHit hit)
    {
        ArgumentNullException.ThrowIfNull(hit);
        return On(hit.ImageId) is not { } verdict || hit.Match == MatchKinds.Duplicate
            ? hit
            : hit with { Verdict = verdict, Match = verdict == PairVerdicts.Same ? MatchKinds.NearDuplicate : MatchKinds.Similar };
    }
}
