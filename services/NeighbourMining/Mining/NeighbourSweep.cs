using Microsoft.Extensions.Options;
using Pipeline.Catalog;

namespace Pipeline.NeighbourMining;

/// <summary>
/// Compares a collection's stored neighbour lists with the index and mends what differs, some images a turn. What was not exact is the
/// drift: none where the index keeps the graph, some where it answers from candidates. Images that arrive meanwhile may count, too,
/// if the repair is faster with a list than their own mining.
/// </summary>
public sealed partial class NeighbourSweep(
    ImageCatalog images,
    NeighbourRepairs repairs,
    NeighbourhoodMiner miner,
    MiningMetrics metrics,
    IOptions<MiningServiceOptions> options,
    ILogger<NeighbourSweep> logger)
{
    /// <summary>Makes one turn.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="repair">The command's id.</param>
    /// <param name="ct">Cancels; the turn is made again by the next delivery of the command.</param>
    /// <returns>Whether another turn is due.</returns>
    public async Task<bool> TurnAsync(string collection, Guid repair, CancellationToken ct)
    {
        if (await repairs.BeginAsync(collection, repair, ct) is not { } begun)
        {
            return false;
        }

        var page = await images.ListAsync(collection, ImageStatus.Indexed, begun.Cursor, options.Value.RepairImages, ct);
        var outcome = await miner.RefreshAsync(collection, page.Images.Select(image => image.ImageId), arrival: null, ct);
        var now = await repairs.AdvanceAsync(collection, begun, page.NextCursor, outcome.Lists, outcome.Mended, ct);
        metrics.Compared(collection, outcome.Lists, outcome.Mended);
        if (now.Finished && now.Id == repair)
        {
            metrics.Finished(collection, now.Drift);
            LogFinished(logger, collection, now.Mended, now.Lists, now.Drift);
        }

        return now.Id == repair && !now.Finished;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Compared the neighbours of '{Collection}' with the index: {Mended} of {Lists} lists were not exact (drift {Drift:P3}) and are mended")]
    private static partial void LogFinished(ILogger logger, string collection, long mended, long lists, double drift);
}
