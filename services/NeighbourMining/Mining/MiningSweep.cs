using Pipeline.Catalog;

namespace Pipeline.NeighbourMining;

/// <summary>Finds what a process that died left behind: images that were never mined, and marks.</summary>
public sealed class MiningSweep(ImageCatalog images, NeighbourhoodCatalog neighbourhoods, NeighbourhoodMiner miner)
{
    private const int PageSize = 200;

    /// <summary>Refreshes what was left behind in one collection.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>How many neighbourhoods were not as they should be.</returns>
    public async Task<int> SweepAsync(string collection, CancellationToken ct)
    {
        var marked = new List<Guid>();
        await foreach (var image in neighbourhoods.MarkedAsync(collection, ct))
        {
            marked.Add(image);
        }

        var changed = (await miner.RefreshAsync(collection, marked, arrival: null, ct)).Changed;
        string? cursor = null;
        do
        {
            var page = await images.ListAsync(collection, ImageStatus.Indexed, cursor, PageSize, ct);
            var stored = await neighbourhoods.ReadAsync(collection, [.. page.Images.Select(image => image.ImageId)], ct);
            var due = page.Images.Zip(stored).Where(pair => pair.Second.Value?.Incarnation != pair.First.Incarnation);
            changed += (await miner.RefreshAsync(collection, due.Select(pair => pair.First.ImageId), arrival: null, ct)).Changed;
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return changed;
    }
}
