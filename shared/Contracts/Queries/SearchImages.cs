namespace Pipeline.Contracts.Queries;

/// <summary>
/// Search a collection: a request to the queue <c>search</c>, answered by <see cref="SearchResults"/> or
/// <see cref="RequestRefused"/>. The one message other systems need to search over the bus.
/// </summary>
public sealed record SearchImages
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection to search.</summary>
    public required string Collection { get; init; }

    /// <summary>The tenant whose images are searched.</summary>
    public string Tenant { get; init; } = Tenants.Default;

    /// <summary>Query by picture; exactly one of this and <see cref="ImageId"/> is set.</summary>
    public ImageSource? Image { get; init; }

    /// <summary>Query by an image of the collection. The image itself stays in its result list.</summary>
    public Guid? ImageId { get; init; }

    /// <summary>How candidates are found, of <see cref="SearchModes"/>.</summary>
    public string Mode { get; init; } = SearchModes.Cnn;

    /// <summary>How many hits to answer, 1 to 1000.</summary>
    public int Limit { get; init; } = 10;

    /// <summary>Re-ranking of the first hits: <c>none</c> or <c>geometric</c>.</summary>
    public string Rerank { get; init; } = RerankModes.None;

    /// <summary>Only images that carry all these labels.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];
}

/// <summary>Ways to find candidates.</summary>
public static class SearchModes
{
    /// <summary>Cosine similarity of CNN embeddings.</summary>
    public const string Cnn = "cnn";

    /// <summary>Hamming distance of binary codes, then exact re-ranking of the nearest by CNN embedding.</summary>
    public const string Hash = "hash";

    /// <summary>
    /// Cosine similarity of bags of visual words. Refused as <see cref="RefusalReasons.NoVocabulary"/> before the collection has a
    /// vocabulary; a picture without structure finds nothing.
    /// </summary>
    public const string Sift = "sift";

    /// <summary>
    /// The query's CNN embedding against the collaboratively embedded index, which holds what SIFT sees, too. Refused as
    /// <see cref="RefusalReasons.NotEmbedded"/> before any image is embedded.
    /// </summary>
    public const string Cie = "cie";

    /// <summary>Weighted sum of the similarities by CNN embedding and by visual words. Refused as <see cref="Sift"/> is.</summary>
    public const string Fused = "fused";
}

/// <summary>Ways to re-rank the first hits.</summary>
public static class RerankModes
{
    /// <summary>As found.</summary>
    public const string None = "none";

    /// <summary>
    /// SIFT matches verified by a homography; verified hits come first, by inliers. An image or query without SIFT features
    /// matches nothing: its hits stay as found, with no inliers.
    /// </summary>
    public const string Geometric = "geometric";
}
