namespace Pipeline.Contracts.Events;

/// <summary>The image's CNN features are stored.</summary>
public sealed record CnnExtracted : ImageEvent
{
    /// <summary>Blob key of the embedding; in the backbone's own features the trunk activation follows it.</summary>
    public required string FeatureKey { get; init; }

    /// <summary>The model artifact that made the embedding: the backbone, or the head that serves the collection.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>The backbone whose features are stored in any case; null where it is the model.</summary>
    public string? BackboneVersion { get; init; }

    /// <summary>Length of the embedding.</summary>
    public required int Dimensions { get; init; }
}
