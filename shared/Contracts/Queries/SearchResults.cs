namespace Pipeline.Contracts.Queries;

/// <summary>Answer to <see cref="SearchImages"/>.</summary>
public sealed record SearchResults
{
    /// <summary>Hits, best first.</summary>
    public required IReadOnlyList<SearchHit> Hits { get; init; }

    /// <summary>Milliseconds by step (<c>features</c>, <c>words</c>, <c>encode</c>, <c>index</c>, <c>rerank</c>, <c>total</c>).</summary>
    public required IReadOnlyDictionary<string, double> TimingsMs { get; init; }

    /// <summary>The model artifact the query's embedding was made with.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>The encoder artifact the query's code was made with.</summary>
    public string? EncoderVersion { get; init; }

    /// <summary>The vocabulary artifact the query's visual words were made with, where the mode uses them.</summary>
    public string? VocabularyVersion { get; init; }
}

/// <summary>One found image.</summary>
public sealed record SearchHit
{
    /// <summary>The image.</summary>
    public required Guid ImageId { get; init; }

    /// <summary>The names its publishers gave it.</summary>
    public IReadOnlyList<string> ExternalIds { get; init; } = [];

    /// <summary>Its labels.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>
    /// Larger is nearer. In modes <c>cnn</c> and <c>hash</c> the cosine similarity of the embeddings, −1 to 1; in mode <c>sift</c> that of
    /// the visual words, 0 to 1; in mode <c>cie</c> that of the query's embedding and the embedded vector; in mode <c>fused</c> the weighted sum.
    /// </summary>
    public required double Score { get; init; }

    /// <summary>Hamming distance of the codes, in mode <c>hash</c>.</summary>
    public int? HammingDistance { get; init; }

    /// <summary>Geometrically consistent SIFT matches, where the hit was verified.</summary>
    public int? Inliers { get; init; }

    /// <summary>What the hit is to the query, of <see cref="MatchKinds"/>.</summary>
    public required string Match { get; init; }

    /// <summary>What a person said of the hit and the query, <see cref="PairVerdicts.Same"/> or <see cref="PairVerdicts.NotSame"/>; null where nobody did.</summary>
    public string? Verdict { get; init; }
}

/// <summary>What a hit is to the query.</summary>
public static class MatchKinds
{
    /// <summary>The same bytes.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>The same scene, verified geometrically or by a person.</summary>
    public const string NearDuplicate = "near-duplicate";

    /// <summary>Near in feature space.</summary>
    public const string Similar = "similar";
}
