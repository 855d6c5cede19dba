namespace Pipeline.Contracts.Events;

/// <summary>The image's CNN features are stored.</summary>
public sealed record CnnExtracted : ImageEvent
{
    /// <summary>Blob key of embedding and trunk activation.</summary>
    public required string FeatureKey { get; init; }

    /// <summary>The model artifact that made them.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>Length of the embedding.</summary>
    public required int Dimensions { get; init; }
}
