using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;

namespace Pipeline.Indexing.Words;

/// <summary>What an image's record says of its visual words.</summary>
public static class ImageWords
{
    /// <summary>The command to make an image's words of a vocabulary; null if they are made, or there is nothing to make them of.</summary>
    public static QuantizeImage? ToMake(ImageRecord image, string vocabularyVersion)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image.Stages.TryGetValue(Stages.Sift, out var sift) && sift is { Done: true, FeatureKey: { } features } && Made(image, vocabularyVersion) is null
            ? new QuantizeImage { Collection = image.Collection, ImageId = image.ImageId, FeatureKey = features, VocabularyVersion = vocabularyVersion }
                .About(image.ToHeader())
            : null;
    }

    /// <summary>The outcome that has the image's words of a vocabulary; null without them.</summary>
    public static StageOutcome? Made(ImageRecord image, string? vocabularyVersion)
    {
        ArgumentNullException.ThrowIfNull(image);
        return vocabularyVersion is not null
            && image.Stages.TryGetValue(Stages.Words, out var words) && words.Done && words.Version == vocabularyVersion
            ? words
            : null;
    }
}
