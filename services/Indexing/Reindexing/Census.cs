using Pipeline.Catalog;
using Pipeline.Contracts;

namespace Pipeline.Indexing.Reindexing;

/// <summary>What a walk over a collection's images found that a next generation is to hold.</summary>
internal sealed class Census(Generation generation, int sample, ulong seed)
{
    // Of the images with the smallest places in a random order, the one to give way first is on top.
    private readonly PriorityQueue<(Guid Id, string Key, byte[] Code), (ulong Place, Guid Id)> _sample = new(
        Comparer<(ulong, Guid)>.Create((a, b) => b.CompareTo(a)));

    /// <summary>Images that lack an embedding, a code, or words, which are to come.</summary>
    public long Lacking { get; private set; }

    /// <summary>Images that lack an embedding or a code, which will not come.</summary>
    public List<Guid> Lost { get; } = [];

    /// <summary>Images that lack words alone, which will not come.</summary>
    public List<Guid> Wordless { get; } = [];

    /// <summary>Images that have both.</summary>
    public HashSet<Guid> Embedded { get; } = [];

    /// <summary>Images that only the other branch could read: they have a point if they have words.</summary>
    public HashSet<Guid> Others { get; } = [];

    /// <summary>Some images with both, chosen by their ids and the seed alone, in a random order.</summary>
    public IReadOnlyList<(Guid Id, string Key, byte[] Code)> Sample =>
        [.. _sample.UnorderedItems.OrderBy(item => item.Priority).Select(item => item.Element)];

    /// <summary>Looks at all images.</summary>
    /// <param name="images">The catalog.</param>
    /// <param name="features">Tells of which images the features are gone; null while all are waited for.</param>
    /// <param name="collection">The collection.</param>
    /// <param name="serving">The generation that serves.</param>
    /// <param name="of">The next one.</param>
    /// <param name="sample">Most images of <see cref="Sample"/>.</param>
    /// <param name="seed">Chooses them.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<Census> TakeAsync(
        ImageCatalog images, StoredFeatures? features, string collection, Generation serving, Generation of, int sample, ulong seed, CancellationToken ct)
    {
        var census = new Census(of, sample, seed);
        await foreach (var image in images.ScanLivingAsync(collection, ct))
        {
            if (FanIn.IsReadyFor(image, of) && !FanIn.LacksWords(image, of, serving))
            {
                census.Add(image, serving);
            }
            else if (features is null || !await features.AreGoneAsync(image, of, serving, ct))
            {
                census.Lacking++;
            }
            else if (!FanIn.IsReadyFor(image, of))
            {
                census.Lost.Add(image.ImageId);
            }
            else
            {
                census.Wordless.Add(image.ImageId);
                census.Add(image, serving);
            }
        }

        return census;
    }

    private void Add(ImageRecord image, Generation serving)
    {
        if (!FanIn.IsComplete(image, serving))
        {
            // It comes into all indexes when it is complete.
            return;
        }

        if (image.CodeOf(generation, generation.EncoderVersion) is { } code && image.Stages[Stages.Cnn].Done && image.FeaturesKey(generation.ModelVersion) is { } key)
        {
            Embedded.Add(image.ImageId);
            _sample.Enqueue((image.ImageId, key, code), (ImagesWithFeatures.PlaceOf(image.ImageId, seed), image.ImageId));
            if (_sample.Count > sample)
            {
                _sample.Dequeue();
            }
        }
        else
        {
            Others.Add(image.ImageId);
        }
    }
}
