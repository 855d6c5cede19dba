namespace Pipeline.Contracts.Events;

/// <summary>The image's SIFT features are stored as a bag of visual words, too.</summary>
public sealed record VisualWordsExtracted : ImageEvent
{
    /// <summary>Blob key of the bag of words.</summary>
    public required string WordsKey { get; init; }

    /// <summary>The vocabulary artifact that made it.</summary>
    public required string VocabularyVersion { get; init; }

    /// <summary>Number of distinct words; zero for a picture without structure.</summary>
    public required int Words { get; init; }
}
