using Pipeline.Contracts.Queries;

namespace Pipeline.Gateway.Search;

/// <summary>A search as JSON: by an image of the collection, or by a small picture inline.</summary>
public sealed record SearchRequest
{
    /// <summary>Query by an image of the collection.</summary>
    public Guid? ImageId { get; init; }

    /// <summary>Query by a picture, in base64.</summary>
    public byte[]? Image { get; init; }

    /// <summary><c>cnn</c>, <c>hash</c>, <c>sift</c>, <c>cie</c> or <c>fused</c>.</summary>
    public string Mode { get; init; } = SearchModes.Cnn;

    /// <summary>How many hits.</summary>
    public int Limit { get; init; } = 10;

    /// <summary><c>none</c> or <c>geometric</c>.</summary>
    public string Rerank { get; init; } = RerankModes.None;

    /// <summary>Which images count.</summary>
    public SearchFilter? Filter { get; init; }
}

/// <summary>Which images a search considers.</summary>
public sealed record SearchFilter
{
    /// <summary>Only images that carry all these labels.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];
}
