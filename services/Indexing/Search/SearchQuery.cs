using Pipeline.VectorIndex;

namespace Pipeline.Indexing.Search;

/// <summary>A query in the feature spaces that its mode compares in.</summary>
/// <param name="ImageId">The id that the query's bytes have as an image of the collection.</param>
public sealed record SearchQuery(Guid ImageId)
{
    /// <summary>The CNN embedding; null where the mode needs none, or the image has none.</summary>
    public float[]? Embedding { get; init; }

    /// <summary>The binary code, in mode <c>hash</c>.</summary>
    public byte[]? Code { get; init; }

    /// <summary>The visual words; without entries for a picture without structure, null where the mode needs none.</summary>
    public SparseVector? Words { get; init; }
}
