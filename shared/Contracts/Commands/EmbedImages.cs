namespace Pipeline.Contracts.Commands;

/// <summary>
/// Make images' embeddings of a model from what is stored of them, without decoding an image or running the backbone, and then their
/// codes. Each image is answered by <see cref="Events.ImageReencoded"/>.
/// </summary>
public sealed record EmbedImages
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>Follows the change of the model through services and logs.</summary>
    public Guid CorrelationId { get; init; }

    /// <summary>The traffic class whose queues the message travels on.</summary>
    public TrafficClass Traffic { get; init; } = TrafficClass.Live;

    /// <summary>The model artifact that is to make the embeddings: a head, or the backbone itself.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>The backbone whose stored trunk activations they are made from.</summary>
    public required string BackboneVersion { get; init; }

    /// <summary>The encoder artifact that is to make codes of them.</summary>
    public required string EncoderVersion { get; init; }

    /// <summary>The images, at most <see cref="MaxImages"/>.</summary>
    public required IReadOnlyList<ImageToEmbed> Images { get; init; }

    /// <summary>Most images in one command.</summary>
    public const int MaxImages = 1024;
}

/// <summary>An image to be embedded.</summary>
/// <param name="ImageId">The image.</param>
/// <param name="Incarnation">Which of its lives.</param>
/// <param name="Tenant">Its tenant.</param>
/// <param name="CorrelationId">Follows its upload through services and logs.</param>
public sealed record ImageToEmbed(Guid ImageId, int Incarnation, string Tenant, Guid CorrelationId);
