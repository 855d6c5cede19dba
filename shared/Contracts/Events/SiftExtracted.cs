namespace Pipeline.Contracts.Events;

/// <summary>The image's RootSIFT features are stored.</summary>
public sealed record SiftExtracted : ImageEvent
{
    /// <summary>Blob key of the keypoints and descriptors.</summary>
    public required string FeatureKey { get; init; }

    /// <summary>Version of the extraction's settings.</summary>
    public required string SiftVersion { get; init; }

    /// <summary>Number of keypoints; zero for a picture without structure.</summary>
    public required int Keypoints { get; init; }
}
