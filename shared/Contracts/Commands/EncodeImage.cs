namespace Pipeline.Contracts.Commands;

/// <summary>Make a binary code of an image's stored CNN features, without decoding the image. Answered by <see cref="Events.ImageReencoded"/>.</summary>
public sealed record EncodeImage : ImageEvent
{
    /// <summary>Blob key of the CNN features.</summary>
    public required string FeatureKey { get; init; }

    /// <summary>The model artifact that made them.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>The encoder artifact to use.</summary>
    public required string EncoderVersion { get; init; }
}
