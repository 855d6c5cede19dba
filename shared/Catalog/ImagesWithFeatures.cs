using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Pipeline.Catalog;

/// <summary>Walks over images that have the features of some stage.</summary>
public static class ImagesWithFeatures
{
    /// <summary>
    /// Both, in the order of an image's life: an image that moves on during a walk over the first is seen in the walk over the second.
    /// </summary>
    public static readonly IReadOnlyList<ImageStatus> LivingStatuses = [ImageStatus.Processing, ImageStatus.Indexed];

    /// <summary>
    /// A collection's images of one status that have a stage's features, latest first. An image that gets the status during the walk may be
    /// missed: who wants all walks over <see cref="LivingStatuses"/> in their order.
    /// </summary>
    /// <param name="images">The catalog.</param>
    /// <param name="collection">The collection.</param>
    /// <param name="stage">The stage, a name of <see cref="Contracts.Stages"/>.</param>
    /// <param name="status">The status.</param>
    /// <param name="ct">Cancels.</param>
    public static async IAsyncEnumerable<ImageRecord> WithFeaturesAsync(
        this ImageCatalog images, string collection, string stage, ImageStatus status, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var image in images.AllAsync(collection, status, ct))
        {
            if (image.Stages.TryGetValue(stage, out var outcome) && outcome is { Done: true, FeatureKey: not null })
            {
                yield return image;
            }
        }
    }

    /// <summary>All of a collection's images of one status, latest first. An image that gets the status during the walk may be missed.</summary>
    public static async IAsyncEnumerable<ImageRecord> AllAsync(
        this ImageCatalog images, string collection, ImageStatus status, [EnumeratorCancellation] CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(images);
        string? cursor = null;
        do
        {
            var page = await images.ListAsync(collection, status, cursor, ImageCatalog.MaxPage, ct);
            foreach (var image in page.Images)
            {
                yield return image;
            }

            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }

    /// <summary>
    /// A collection's living images in ascending order of id, in one walk: each that is there all the time exactly once, whatever becomes of it
    /// meanwhile.
    /// </summary>
    public static async IAsyncEnumerable<ImageRecord> ScanLivingAsync(this ImageCatalog images, string collection, [EnumeratorCancellation] CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(images);
        string? cursor = null;
        do
        {
            var page = await images.ScanAsync(collection, cursor, ImageCatalog.MaxPage, ct);
            foreach (var image in page.Images.Where(image => LivingStatuses.Contains(image.Status)))
            {
                yield return image;
            }

            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }

    /// <summary>A collection's living images. One whose status changes during the walk may come twice.</summary>
    public static async IAsyncEnumerable<ImageRecord> LivingAsync(this ImageCatalog images, string collection, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var status in LivingStatuses)
        {
            await foreach (var image in images.AllAsync(collection, status, ct))
            {
                yield return image;
            }
        }
    }

    /// <summary>A collection's living images that have a stage's features. One whose status changes during the walk may come twice.</summary>
    /// <inheritdoc cref="WithFeaturesAsync"/>
    public static async IAsyncEnumerable<ImageRecord> LivingWithFeaturesAsync(
        this ImageCatalog images, string collection, string stage, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var status in LivingStatuses)
        {
            await foreach (var image in images.WithFeaturesAsync(collection, stage, status, ct))
            {
                yield return image;
            }
        }
    }

    /// <summary>Whether at least so many of a collection's indexed images have a stage's features.</summary>
    /// <param name="images">The catalog.</param>
    /// <param name="collection">The collection.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="least">How many, at least 1.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<bool> HaveFeaturesAsync(this ImageCatalog images, string collection, string stage, int least, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(images);

        // Images without features are few: the count of all says when it is worth looking.
        if (await images.CountAsync(collection, ImageStatus.Indexed, ct) < least)
        {
            return false;
        }

        var count = 0;
        await foreach (var image in images.WithFeaturesAsync(collection, stage, ImageStatus.Indexed, ct))
        {
            if (++count == least)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// A random sample of a collection's images that have a stage's features, in ascending order of id. Which ones depends on their ids
    /// and the seed alone: not on when they arrived.
    /// </summary>
    /// <param name="images">The catalog.</param>
    /// <param name="collection">The collection.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="most">Most images, at least 1.</param>
    /// <param name="seed">Chooses.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>For each image its id, what the stage came to, and the first label that it was given, if any.</returns>
    public static async Task<IReadOnlyList<(Guid Id, StageOutcome Features, string? Label)>> SampleAsync(
        this ImageCatalog images, string collection, string stage, int most, ulong seed, CancellationToken ct)
    {
        // Of the images with the smallest places in a random order, the one to give way first is on top.
        var chosen = new PriorityQueue<(Guid Id, StageOutcome Features, string? Label), (ulong Place, Guid Id)>(
            Comparer<(ulong, Guid)>.Create((a, b) => b.CompareTo(a)));
        var known = new HashSet<Guid>();
        await foreach (var image in images.LivingWithFeaturesAsync(collection, stage, ct))
        {
            if (known.Add(image.ImageId))
            {
                chosen.Enqueue((image.ImageId, image.Stages[stage], image.Labels is [var label, ..] ? label : null), (PlaceOf(image.ImageId, seed), image.ImageId));
                if (chosen.Count > most)
                {
                    chosen.Dequeue();
                }
            }
        }

        return [.. chosen.UnorderedItems.Select(item => item.Element).OrderBy(item => item.Id)];
    }

    /// <summary>The image's place in a random order of all images.</summary>
    public static ulong PlaceOf(Guid imageId, ulong seed)
    {
        Span<byte> bytes = stackalloc byte[24];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, seed);
        imageId.TryWriteBytes(bytes[8..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
