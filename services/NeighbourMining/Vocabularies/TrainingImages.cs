using System.Buffers.Binary;
using System.Security.Cryptography;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Sift;
using Pipeline.Storage;

namespace Pipeline.NeighbourMining.Vocabularies;

/// <summary>The stored SIFT features of a collection, or of a sample of it.</summary>
public sealed class TrainingImages(ImageCatalog images, IBlobStore blobs)
{
    /// <summary>
    /// Features of at most so many images. Which ones depends on their ids and the seed alone, as does their order: not on when they
    /// arrived.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="most">At least 1.</param>
    /// <param name="seed">Chooses.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<IReadOnlyList<SiftFeatures>> ReadAsync(string collection, int most, ulong seed, CancellationToken ct)
    {
        // Of the images with the smallest places in a random order, the one to give way first is on top.
        var chosen = new PriorityQueue<(Guid Id, string Key), (ulong Place, Guid Id)>(
            Comparer<(ulong, Guid)>.Create((a, b) => b.CompareTo(a)));
        var known = new HashSet<Guid>();
        foreach (var status in (ImageStatus[])[ImageStatus.Processing, ImageStatus.Indexed])
        {
            await foreach (var image in images.WithSiftAsync(collection, status, ct))
            {
                if (known.Add(image.ImageId))
                {
                    chosen.Enqueue((image.ImageId, image.Stages[Stages.Sift].FeatureKey!), (PlaceOf(image.ImageId, seed), image.ImageId));
                    if (chosen.Count > most)
                    {
                        chosen.Dequeue();
                    }
                }
            }
        }

        var keys = chosen.UnorderedItems.Select(item => item.Element).OrderBy(item => item.Id).ToArray();
        var read = new SiftFeatures?[keys.Length];
        await Parallel.ForAsync(0, keys.Length, ct, async (i, token) =>
            read[i] = await blobs.TryReadAsync(keys[i].Key, token) is { } stored ? SiftFeatures.Parse(stored) : null);

        // What is gone belonged to an image that was deleted meanwhile.
        return [.. read.OfType<SiftFeatures>()];
    }

    private static ulong PlaceOf(Guid imageId, ulong seed)
    {
        Span<byte> bytes = stackalloc byte[24];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, seed);
        imageId.TryWriteBytes(bytes[8..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
