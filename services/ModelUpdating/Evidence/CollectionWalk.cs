using System.Runtime.CompilerServices;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;

namespace Pipeline.ModelUpdating.Evidence;

/// <summary>Walks over what mining found and people said in a collection.</summary>
public sealed class CollectionWalk(ImageCatalog images, NeighbourhoodCatalog neighbourhoods)
{
    private const int PageSize = 200;

    /// <summary>
    /// The indexed images that have CNN features, latest first, each with the pairs that start at it; none of an earlier life. Deleted
    /// images do not come, but pairs may still name them for a moment.
    /// </summary>
    public async IAsyncEnumerable<MinedImage> WalkAsync(string collection, [EnumeratorCancellation] CancellationToken ct)
    {
        string? cursor = null;
        do
        {
            var page = await images.ListAsync(collection, ImageStatus.Indexed, cursor, PageSize, ct);
            ImageRecord[] found = [.. page.Images.Where(image => image.Stages.TryGetValue(Stages.Cnn, out var outcome) && outcome.Done)];
            var stored = await neighbourhoods.ReadAsync(collection, [.. found.Select(image => image.ImageId)], ct);
            for (var i = 0; i < found.Length; i++)
            {
                yield return new MinedImage(found[i], stored[i].Value is { } known && known.Incarnation == found[i].Incarnation ? known.Pairs : []);
            }

            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }
}

/// <summary>An image and its pairs.</summary>
/// <param name="Image">The image.</param>
/// <param name="Pairs">The pairs that start at it, verified or not.</param>
public sealed record MinedImage(ImageRecord Image, IReadOnlyList<MinedPair> Pairs)
{
    /// <summary>The pairs that an update could learn from, as hashes: the verified ones, and those that people said are the same.</summary>
    internal IEnumerable<ulong> Evidence() =>
        Pairs.Where(pair => pair.Verified).Select(pair => pair.OtherId)
            .Concat(Image.Verdicts.Where(verdict => verdict.Verdict == PairVerdicts.Same).Select(verdict => verdict.OtherId))
            .Select(other => PairHash.Of(Image.ImageId, other));
}
