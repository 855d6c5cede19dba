using Pipeline.Catalog;
using Pipeline.Indexing.Words;
using Pipeline.Storage;

namespace Pipeline.Indexing.Reindexing;

/// <summary>What an image's embedding, code and words of a next generation are made of: features that were stored when it came.</summary>
public sealed class StoredFeatures(IBlobStore blobs)
{
    /// <summary>Whether what a next generation lacks of an image would be made of features that are gone.</summary>
    /// <param name="image">The image.</param>
    /// <param name="next">The next generation.</param>
    /// <param name="serving">The one that serves.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<bool> AreGoneAsync(ImageRecord image, Generation next, Generation serving, CancellationToken ct) =>
        SourceOf(image, next, serving) is { } key && !await blobs.ExistsAsync(key, ct);

    /// <summary>The blob that what is lacking is made of; null where nothing is.</summary>
    private static string? SourceOf(ImageRecord image, Generation next, Generation serving)
    {
        if (!FanIn.IsReadyFor(image, next))
        {
            // A code is made of the embedding, and that of what the backbone left.
            return image.FeaturesKey(next.ModelVersion) ?? BlobKeys.Cnn(image.Collection, image.ImageId, image.Incarnation, next.Backbone);
        }

        return FanIn.LacksWords(image, next, serving) ? ImageWords.ToMake(image, next.VocabularyVersion!)?.FeatureKey : null;
    }
}
