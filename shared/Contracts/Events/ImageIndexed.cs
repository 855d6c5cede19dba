namespace Pipeline.Contracts.Events;

/// <summary>The image is in the index and will be found.</summary>
public sealed record ImageIndexed : ImageEvent
{
    /// <summary>Stages that were rejected; empty for a whole image.</summary>
    public IReadOnlyList<string> MissingStages { get; init; } = [];

    /// <summary>The model artifact of the indexed embedding, or null without one.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>The encoder artifact of the indexed code, or null without one.</summary>
    public string? EncoderVersion { get; init; }

    /// <summary>The extraction settings of the stored SIFT features, or null without them.</summary>
    public string? SiftVersion { get; init; }

    /// <summary>The vocabulary artifact of the indexed visual words, or null without them.</summary>
    public string? VocabularyVersion { get; init; }

    /// <summary>When the image became searchable, UTC.</summary>
    public required DateTimeOffset IndexedAt { get; init; }
}
