using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Indexing.Models;

namespace Pipeline.Indexing.Reindexing;

/// <summary>
/// After a generation took another's place: ends the time of the one that is kept, removes the indexes of those that nobody needs, and has
/// images announced where the model is another.
/// </summary>
public sealed class GenerationKeeping(
    CollectionCatalog collections,
    Generations generations,
    ModelAnnouncement announcement,
    ReindexReports reports,
    IndexWrites writes,
    IOptions<ReindexOptions> options,
    TimeProvider time) : ICollectionChange
{
    /// <inheritdoc/>
    public async Task SweepAsync(string collection, CancellationToken ct)
    {
        await RetireAsync(collection, ct);
        if (await collections.GetCurrentAsync(collection, ct) is { } record)
        {
            var isOver = record.RetiredAt is not { } retired || time.GetUtcNow() - retired >= options.Value.Grace;
            foreach (var name in await generations.RetiredAsync(record, isOver, ct))
            {
                await generations.DropAsync(name, ct);
            }

            await announcement.AnnounceAsync(record, ct);
        }
    }

    private async Task RetireAsync(string collection, CancellationToken ct)
    {
        if (await collections.GetCurrentAsync(collection, ct) is not { Active.Kept: { } kept, SwitchedAt: { } switched } record
            || time.GetUtcNow() - switched < options.Value.KeepPrevious)
        {
            return;
        }

        bool retired;
        using (await writes.ForAllAsync(ct))
        {
            retired = await collections.TryRetireKeptAsync(collection, record, ct);
        }

        if (retired)
        {
            await reports.StateAsync(collection, kept.Number, GenerationStates.Retired, reason: null, record.LatestModelChange?.Id ?? Guid.Empty, ct);
        }
    }
}
