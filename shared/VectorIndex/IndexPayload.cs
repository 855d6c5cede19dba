namespace Pipeline.VectorIndex;

/// <summary>What a point carries beside its vectors. Tenant and labels can be filtered by.</summary>
public sealed record IndexPayload
{
    /// <summary>The tenant the point belongs to.</summary>
    public required string Tenant { get; init; }

    /// <summary>Labels for filtering.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Names that publishers gave the image.</summary>
    public IReadOnlyList<string> ExternalIds { get; init; } = [];

    /// <summary>Anything else, such as versions of the artifacts that made the vectors.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = EmptyAttributes;

    private static readonly IReadOnlyDictionary<string, string> EmptyAttributes =
        new Dictionary<string, string>(StringComparer.Ordinal).AsReadOnly();
}
