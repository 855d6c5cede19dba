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
        return image.Stages.TryGetValue(Stages.Sift, out var sift) && sift is { Done: true, FeatureKey: { } features } && image.OutputKey(Stages.Words, vocabularyVersion) is null
            ? new QuantizeImage { Collection = image.Collection, ImageId = image.ImageId, FeatureKey = features, VocabularyVersion = vocabularyVersion }
                .About(image.ToHeader())
            : null;
    }
}
