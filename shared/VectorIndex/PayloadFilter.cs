namespace Pipeline.VectorIndex;

/// <summary>Which points take part. All conditions must hold.</summary>
public sealed record PayloadFilter
{
    /// <summary>Only points of this tenant; null for any.</summary>
    public string? Tenant { get; init; }

    /// <summary>Only points that carry every one of these labels; empty for any.</summary>
    public IReadOnlyList<string> AllLabels { get; init; } = [];
}
