namespace Pipeline.Contracts.Commands;

/// <summary>
/// Fill a next generation of a collection beside the one that serves, from what is stored of its images, verify it, and let it serve. With the
/// versions that serve already this makes a fresh physical index, after damage or after a change of the index's settings. Done once for each
/// <see cref="CorrelationId"/>, however often it is delivered; refused while another generation is being filled.
/// </summary>
public sealed record ReindexCollection
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>The model artifact of the embeddings: a head on the collection's backbone, or the backbone itself; null for the one that serves.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>The encoder artifact of the codes; null for the one that serves, or the latest trained one of <see cref="Bits"/>.</summary>
    public string? EncoderVersion { get; init; }

    /// <summary>Length of the codes; null for that of the encoder.</summary>
    public int? Bits { get; init; }

    /// <summary>The vocabulary artifact of the visual words; null for the one that serves.</summary>
    public string? VocabularyVersion { get; init; }

    /// <summary>Why, for people.</summary>
    public string? Reason { get; init; }

    /// <summary>Names the re-index, and follows it through services and logs.</summary>
    public Guid CorrelationId { get; init; }
}
