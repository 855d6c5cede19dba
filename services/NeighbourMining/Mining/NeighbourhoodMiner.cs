using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts.Queries;
using Pipeline.Messaging;
using Pipeline.Neighbours;
using Pipeline.Storage;

namespace Pipeline.NeighbourMining;

/// <summary>
/// Keeps neighbourhoods as the index has them. An image that changed makes others doubtful, which are refreshed in turn until
/// nothing changes any more. Each step is one compare-and-set that also marks whom it made doubtful, so a process may die
/// anywhere and several may work on the same images: what is left over is marked, and nothing older replaces anything newer.
/// </summary>
public sealed class NeighbourhoodMiner(
    NeighbourhoodCatalog neighbourhoods,
    ImageCatalog images,
    INeighbourQueries queries,
    PairVerification verification,
    VectorEmbedding embedding,
    IEventPublisher events,
    IOptions<MiningOptions> options)
{
    private const int Batch = 64;
    private const int MaxUntold = 256;
    private const int MaxRounds = 10_000;

    /// <summary>Refreshes images and all that depends on them.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="imageIds">Images that were indexed, changed or deleted.</param>
    /// <param name="arrival">
    /// An image whose embedded vector is published again, because its point was written; not if that was done after the same event.
    /// </param>
    /// <param name="ct">Cancels; what is not done stays marked.</param>
    public async Task<MiningOutcome> RefreshAsync(string collection, IEnumerable<Guid> imageIds, Arrival? arrival, CancellationToken ct)
    {
        var asked = imageIds.ToHashSet();
        var waiting = asked.ToHashSet();
        var uncounted = asked.ToHashSet();
        var untold = new Dictionary<Guid, Neighbourhood>();
        var outcome = default(MiningOutcome);
        for (var round = 0; waiting.Count + untold.Count > 0; round++)
        {
            if (round == MaxRounds)
            {
                throw new StateConflictException($"Neighbourhoods of '{collection}' still change after {MaxRounds} rounds.");
            }

            // Told late and together, an image is told once however often it was refreshed, and what many have in common is read once.
            // Until then it is marked.
            if (waiting.Count == 0 || untold.Count >= MaxUntold)
            {
                await TellAsync(collection, [.. untold.Values], waiting, ct);
                untold.Clear();
                continue;
            }

            Guid[] batch = [.. waiting.Take(Batch)];
            waiting.ExceptWith(batch);
            outcome += await RefreshBatchAsync(collection, batch, arrival, asked, waiting, uncounted, untold, ct);
        }

        return outcome;
    }

    private async Task<MiningOutcome> RefreshBatchAsync(
        string collection,
        Guid[] batch,
        Arrival? arrival,
        HashSet<Guid> asked,
        HashSet<Guid> waiting,
        HashSet<Guid> uncounted,
        Dictionary<Guid, Neighbourhood> untold,
        CancellationToken ct)
    {
        // In this order: what is written is at least as new as what it replaces, or the write is refused.
        var stored = await neighbourhoods.ReadAsync(collection, batch, ct);
        var answer = await queries.FindAsync(new FindNeighbours { Collection = collection, ImageIds = batch }, ct);
        var records = await images.GetManyAsync(collection, batch, ct);
        var builder = new NeighbourhoodBuilder(answer, options.Value);
        var known = stored.Where(s => s.Value is not null).ToDictionary(s => s.ImageId, s => s.Value!);
        var changes = new List<NeighbourhoodChange>();
        var named = new Dictionary<Guid, Guid[]>();
        foreach (var (before, record) in stored.Zip(records))
        {
            var fresh = builder.Knows(before.ImageId) && record is not null && record.IsLive(record.Incarnation)
                ? await BuildAsync(builder, collection, before.Value, record, known, arrival?.ImageId == before.ImageId ? arrival : null, ct)
                : null;
            if (fresh is not null)
            {
                known[before.ImageId] = fresh;
            }

            var doubtful = await NamersToRefreshAsync(builder, collection, before.ImageId, fresh is null, asked, ct);

            // A mark is taken away even if nothing changed, by writing: who read before it was set must not write after it.
            var same = NeighbourhoodChanges.Same(before.Value, fresh);
            if (before.MarkVersion > 0 || !same || doubtful.Count > 0)
            {
                var keepMark = false;
                if (fresh is not null)
                {
                    fresh = same ? fresh : NeighbourhoodChanges.Succeed(before.Value, fresh);
                    keepMark = IsUntold(fresh, collection);
                    doubtful.UnionWith(NeighbourhoodChanges.Doubtful(before.Value, fresh, builder.NamersOf(before.ImageId), options.Value));

                    // One that it names anew may have been deleted and mined since the index answered: then nobody will take it out of
                    // this list. Where the mark is kept anyway, a look at its record is enough.
                    var unseen = NeighbourhoodChanges.NewlyNamed(before.Value, fresh).Except(doubtful).ToArray();
                    if (keepMark)
                    {
                        named[before.ImageId] = unseen;
                    }
                    else
                    {
                        doubtful.UnionWith(unseen);
                    }
                }

                changes.Add(new NeighbourhoodChange(before, fresh, doubtful, keepMark));
            }
        }

        var written = await ReplaceAsync(collection, changes, waiting, ct);
        asked.ExceptWith(batch.Except(changes.Except(written).Select(change => change.Before.ImageId)));
        var outdated = await LookAgainAsync(collection, written, named, ct);
        waiting.UnionWith(outdated);
        foreach (var change in written)
        {
            var image = change.Before.ImageId;
            if (change.KeepMark && !outdated.Contains(image))
            {
                untold[image] = change.After!;
            }
            else
            {
                untold.Remove(image);
            }
        }

        return new MiningOutcome(
            written.Count(change => !NeighbourhoodChanges.Same(change.Before.Value, change.After)),
            batch.Where(uncounted.Remove).Sum(builder.ListsOf),
            written.Sum(change => NeighbourhoodChanges.ListsThatDiffer(change.Before.Value, change.After)));
    }

    /// <summary>
    /// Who is to be refreshed because of an image's coming or going. All that name an image that has gone, by what is stored, whether or not
    /// the image itself is still remembered: it may have been forgotten by its record while the index still answered with it. Of an
    /// image that was asked for, once, those that name it by only one of what is stored and what the index says.
    /// </summary>
    private async Task<HashSet<Guid>> NamersToRefreshAsync(
        NeighbourhoodBuilder builder, string collection, Guid imageId, bool gone, HashSet<Guid> asked, CancellationToken ct)
    {
        if (!gone && !asked.Contains(imageId))
        {
            return [];
        }

        var stored = await neighbourhoods.NamersAsync(collection, imageId, ct);
        return gone ? [.. stored.All] : builder.NamersThatDiffer(imageId, stored);
    }

    private async Task<Neighbourhood> BuildAsync(
        NeighbourhoodBuilder builder,
        string collection,
        Neighbourhood? before,
        ImageRecord record,
        Dictionary<Guid, Neighbourhood> known,
        Arrival? arrival,
        CancellationToken ct)
    {
        // A later life has pairs of its own to tell.
        var ofThisLife = before?.Incarnation == record.Incarnation ? before : null;
        var lists = builder.Lists(record.ImageId, ofThisLife) with { Tenant = record.Tenant, Incarnation = record.Incarnation };
        var verdicts = record.Standing();
        var checks = await CheckAsync(collection, lists, builder.Candidates(record.ImageId), verdicts, known, ct);
        var fresh = builder.WithPairs(lists, checks, verdicts);
        return arrival is { } now && fresh.EmbeddedFor != now.IndexedAt
            ? fresh with { EmbeddedModel = null, EmbeddedPulls = null, EmbeddedFor = now.IndexedAt }
            : fresh;
    }

    /// <summary>
    /// What geometry says of the candidates. Of those that a person judged it is not asked; what it said before is kept, for the verdict may be
    /// taken back.
    /// </summary>
    private async Task<IReadOnlyList<PairCheck>> CheckAsync(
        string collection,
        Neighbourhood lists,
        IReadOnlyList<Guid> candidates,
        IReadOnlyDictionary<Guid, string> verdicts,
        Dictionary<Guid, Neighbourhood> known,
        CancellationToken ct)
    {
        if (verdicts.Count == 0)
        {
            return await verification.CheckAsync(collection, lists, candidates, known, ct);
        }

        var judged = candidates.Where(verdicts.ContainsKey).ToHashSet();
        var checks = await verification.CheckAsync(collection, lists, [.. candidates.Except(judged)], known, ct);
        return [.. checks.Concat(lists.Checks.Where(check => judged.Contains(check.OtherId))).OrderBy(check => check.OtherId)];
    }

    /// <summary>Writes all at once; if somebody was faster with one of them, one by one. What could not be written waits for the next round.</summary>
    private async Task<IReadOnlyList<NeighbourhoodChange>> ReplaceAsync(
        string collection, List<NeighbourhoodChange> changes, HashSet<Guid> waiting, CancellationToken ct)
    {
        if (changes.Count == 0)
        {
            return [];
        }

        if (await neighbourhoods.TryReplaceAsync(collection, changes, ct))
        {
            waiting.UnionWith(changes.SelectMany(change => change.Doubtful).Except(changes.Select(change => change.Before.ImageId)));
            return changes;
        }

        var written = new List<NeighbourhoodChange>();
        foreach (var change in changes)
        {
            if (await neighbourhoods.TryReplaceAsync(collection, [change], ct))
            {
                written.Add(change);
                waiting.UnionWith(change.Doubtful);
            }
            else
            {
                waiting.Add(change.Before.ImageId);
            }
        }

        return written;
    }

    /// <summary>Publishes what is new, and only then notes it as told; told twice is no harm.</summary>
    private async Task TellAsync(string collection, IReadOnlyList<Neighbourhood> untold, HashSet<Guid> waiting, CancellationToken ct)
    {
        var told = new Dictionary<Guid, Neighbourhood>();
        var vectors = await embedding.EmbedAsync(collection, [.. untold.Where(NeighbourhoodChanges.NeedsEmbedding)], ct);
        foreach (var image in untold)
        {
            if (NeighbourhoodChanges.Unpublished(image, collection) is { } mined)
            {
                await events.PublishAsync(mined, ct);
            }

            if (vectors.TryGetValue(image.ImageId, out var embedded))
            {
                await events.PublishAsync(embedded, ct);
            }

            told[image.ImageId] = image with
            {
                PublishedPairs = image.Pairs,
                PerhapsPublished = [],
                EmbeddedPulls = embedded is null ? image.EmbeddedPulls : image.Pulls,
                EmbeddedModel = embedded?.ModelVersion ?? image.EmbeddedModel,
            };
        }

        // Where somebody refreshed it meanwhile, he tells the rest.
        var stored = await neighbourhoods.ReadAsync(collection, [.. told.Keys], ct);
        var changes = new List<NeighbourhoodChange>();
        foreach (var (image, now) in untold.Zip(stored))
        {
            if (NeighbourhoodChanges.Same(now.Value, image))
            {
                changes.Add(new NeighbourhoodChange(now, told[image.ImageId], new HashSet<Guid>(), KeepMark: false));
            }
            else
            {
                waiting.Add(image.ImageId);
            }
        }

        await ReplaceAsync(collection, changes, waiting, ct);
    }

    /// <summary>
    /// The written images that are outdated already: an image may have been deleted while its neighbours were asked for, or one that it
    /// names anew. What concerns them is not told but refreshed.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="written">What was written.</param>
    /// <param name="named">For an image, others to look at.</param>
    /// <param name="ct">Cancels.</param>
    private async Task<HashSet<Guid>> LookAgainAsync(
        string collection, IReadOnlyList<NeighbourhoodChange> written, Dictionary<Guid, Guid[]> named, CancellationToken ct)
    {
        Neighbourhood[] present = [.. written.Where(change => change.After is not null).Select(change => change.After!)];
        Guid[] others = [.. present.SelectMany(image => named.GetValueOrDefault(image.ImageId) ?? []).Distinct()];
        var records = (await images.GetManyAsync(collection, [.. present.Select(image => image.ImageId), .. others], ct)).ToArray();
        var gone = others.Zip(records[present.Length..]).Where(pair => pair.Second?.IsLive(pair.Second.Incarnation) != true).Select(pair => pair.First).ToHashSet();
        return
        [
            .. present.Zip(records)
                .Where(pair => pair.Second?.IsLive(pair.First.Incarnation) != true || (named.GetValueOrDefault(pair.First.ImageId) ?? []).Any(gone.Contains))
                .Select(pair => pair.First.ImageId),
        ];
    }

    private static bool IsUntold(Neighbourhood image, string collection) =>
        NeighbourhoodChanges.Unpublished(image, collection) is not null || NeighbourhoodChanges.NeedsEmbedding(image);
}
