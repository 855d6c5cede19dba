namespace Pipeline.Contracts.Commands;

/// <summary>Make a bag of visual words of an image's stored SIFT features, without decoding the image.</summary>
public sealed record QuantizeImage : ImageEvent
{
    /// <summary>Blob key of the SIFT features.</summary>
    public required string FeatureKey { get; init; }

    /// <summary>The vocabulary artifact to use.</summary>
    public required string VocabularyVersion { get; init; }
}
