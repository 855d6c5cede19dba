using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Indexing.Models;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing.Reindexing;

/// <summary>
/// After a generation took another's place: lets the aliases follow, ends the time of the one that is kept, removes the indexes of those that
/// nobody needs, and has images announced where the model is another. Where the serving index was lost, it has the collection indexed anew.
/// </summary>
public sealed partial class GenerationKeeping(
    CollectionCatalog collections,
    ImageCatalog images,
    Generations generations,
    GenerationChange change,
    IVectorIndex index,
    ModelAnnouncement announcement,
    ReindexReports reports,
    IndexWrites writes,
    IOptions<ReindexOptions> options,
    TimeProvider time,
    ILogger<GenerationKeeping> logger) : ICollectionChange
{
    /// <inheritdoc/>
    public async Task SweepAsync(string collection, CancellationToken ct)
    {
        await RetireAsync(collection, ct);
        await HealAsync(collection, ct);
        await SetAliasesAsync(collection, ct);
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

    /// <summary>The collection's record says which generation serves; an alias that somebody else moved is set right again.</summary>
    private async Task SetAliasesAsync(string collection, CancellationToken ct)
    {
        if (await generations.CurrentAsync(collection, ct) is not { } active)
        {
            return;
        }

        var known = await index.GetAliasesAsync(ct);
        foreach (var (alias, name) in active.Aliases(collection))
        {
            var before = known.GetValueOrDefault(alias);
            if (before != name)
            {
                await index.SetAliasAsync(alias, name, ct);
                LogAlias(logger, alias, name, before);
            }
        }
    }

    /// <summary>
    /// An index that was removed behind our back is there again, but empty, as soon as somebody uses it. What is stored of the images fills a next
    /// one, which serves when all are in it.
    /// </summary>
    private async Task HealAsync(string collection, CancellationToken ct)
    {
        if (await collections.GetCurrentAsync(collection, ct) is not { Active: { } active })
        {
            return;
        }

        var names = await index.ListCollectionsAsync(ct);
        if (active.Written().SelectMany(generation => generation.IndexNames(collection)).Except(names, StringComparer.Ordinal).Any())
        {
            // Nothing can be written before that.
            await generations.EnsureAnewAsync(collection, ct);
        }

        if (active.Next is not null || await images.CountAsync(collection, ImageStatus.Indexed, ct) == 0)
        {
            return;
        }

        // A collection of images that have nothing to search by has an empty index: its last generation found so.
        var served = (await collections.GetGenerationsAsync(collection, ct)).Entries.FirstOrDefault(entry => entry.Number == active.Number);
        var isGone = active.IndexNames(collection).Except(names, StringComparer.Ordinal).Any();
        if (isGone || (served?.Verification?.Points != 0 && await index.CountAsync(active.IndexName(collection), ct: ct) == 0))
        {
            LogLost(logger, collection, active.Number);
            await change.BeginAsync(new ReindexCollection { Collection = collection, Reason = "the serving index was lost", CorrelationId = Guid.CreateVersion7() }, ct);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The alias {Alias} names {Index}; before, it named {Before}")]
    private static partial void LogAlias(ILogger logger, string alias, string index, string? before);

    [LoggerMessage(Level = LogLevel.Error, Message = "The index of {Collection} was lost (generation {Generation}); it is indexed anew from what is stored")]
    private static partial void LogLost(ILogger logger, string collection, int generation);
}
