namespace Pipeline.VectorIndex.Embedded;

/// <summary>
/// The nearest-neighbour graph of one space. Whoever asks takes a turn: it sees what has changed since the last turn, repairs
/// the lists that lost an entry, weaves in what is new, stores the lists that changed by it, and answers. Callers that waited
/// find their points woven already, so a turn serves many.
/// </summary>
/// <remarks>
/// What is stored stays right whenever the process ends, because a point's list is removed together with what it was made from,
/// broken lists are stored again before anything new is, and a list is believed only as far as it names points that have lists.
/// </remarks>
#pragma warning disable CA1001 // A semaphore whose wait handle is never asked for holds nothing that needs disposing.
internal sealed partial class NeighbourGraph(MemoryCollection collection, int ordinal, int k, int maxThreads, IndexWriter writer, RevisionCounter revisions)
#pragma warning restore CA1001
{
    /// <summary>Rows that share a scan. More would push each other's vectors out of the cache.</summary>
    private const int BatchRows = 32;

    /// <summary>Lists changed before they are stored; a transaction costs about as much as a hundred of them.</summary>
    private const int StoredLists = 512;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Queue<int> _broken = new();
    private readonly Queue<int> _pending = new();
    private NeighbourLists? _lists;

    public async Task<NeighbourAnswer> FindAsync(IReadOnlyCollection<Guid> ids, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            using var view = await CatchUpAsync();
            await WeaveAsync(view, ct);
            return Answer(ids);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Memory may be ahead of what is stored; what is stored is right.
            _lists = null;
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Brings the nodes up to the newest state; what has to be searched is queued.</summary>
    /// <returns>The state, held until it is disposed.</returns>
    private async Task<ReadView> CatchUpAsync()
    {
        if (_lists is { } lists)
        {
            var (view, changes) = collection.TakeLog(ordinal);
            return Hold(view, () => Follow(lists, view, changes));
        }

        var load = new LoadGraphRequest(collection, ordinal, k);
        await writer.WriteAsync(load, CancellationToken.None);
        return Hold(load.View!, () => _lists = Load(load));
    }

    /// <summary>Does some work and keeps the view; lets go of it if the work fails, or its rows were never freed.</summary>
    private static ReadView Hold(ReadView view, Action work)
    {
        try
        {
            work();
            return view;
        }
        catch
        {
            view.Dispose();
            throw;
        }
    }

    private void Follow(NeighbourLists lists, ReadView view, List<(Guid Id, int Row, bool Changed)> changes)
    {
        lists.EnsureRows(Rows.ChunkCount(view.Live.RowCount) * Rows.PerChunk);
        var gone = new List<int>();
        var moved = new List<(int Node, int Row)>();
        var added = new List<(Guid Id, int Row)>();
        foreach (var (id, row, changed) in changes)
        {
            var present = row >= 0 && collection.HasVector(row, ordinal);
            var known = lists.TryFind(id, out var node);
            if (known)
            {
                lists.Lift(node);
            }

            if (known && present && !changed)
            {
                moved.Add((node, row));
                continue;
            }

            if (known)
            {
                gone.Add(node);
            }

            if (present)
            {
                added.Add((id, row));
            }
        }

        lists.Remove(gone, _broken.Enqueue);
        moved.ForEach(move => lists.Place(move.Node, move.Row));
        Add(lists, added);
    }

    private void Add(NeighbourLists lists, List<(Guid Id, int Row)> added)
    {
        var nodes = new List<int>(added.Count);
        foreach (var (id, row) in added)
        {
            var node = lists.Add(id);
            lists.Place(node, row);
            nodes.Add(node);
        }

        Enqueue(lists, nodes);
    }

    /// <summary>Queues new nodes, tenant by tenant, since only those of the same tenant can share a scan.</summary>
    private void Enqueue(NeighbourLists lists, IEnumerable<int> nodes)
    {
        foreach (var node in nodes.OrderBy(node => collection.TenantOf(lists.Row(node))))
        {
            _pending.Enqueue(node);
        }
    }

    /// <summary>Searches for what is queued, broken lists first, and stores what changes.</summary>
    private async Task WeaveAsync(ReadView view, CancellationToken ct)
    {
        var lists = _lists!;
        for (var batch = NextBatch(lists); batch.Count > 0; batch = NextBatch(lists))
        {
            Weave(view, lists, batch);
            if (lists.ChangeCount >= StoredLists)
            {
                await StoreAsync(lists);
            }

            // What is not stored yet waits for the next turn with the rest.
            ct.ThrowIfCancellationRequested();
        }

        if (lists.ChangeCount > 0)
        {
            await StoreAsync(lists);
        }
    }

    private List<int> NextBatch(NeighbourLists lists)
    {
        var batch = new List<int>();
        Take(_broken, NodeState.Broken);
        Take(_pending, NodeState.Pending);
        return batch;

        void Take(Queue<int> queue, NodeState state)
        {
            while (batch.Count < BatchRows && queue.TryPeek(out var node))
            {
                // Its point may have gone since, or have been woven in by an earlier entry of the same node.
                var stale = lists.State(node) != state || batch.Contains(node);
                if (!stale && batch.Count > 0 && collection.TenantOf(lists.Row(node)) != collection.TenantOf(lists.Row(batch[0])))
                {
                    return;
                }

                queue.Dequeue();
                if (!stale)
                {
                    batch.Add(node);
                }
            }
        }
    }

    private void Weave(ReadView view, NeighbourLists lists, List<int> batch)
    {
        using var mask = collection.RowsWithVector(view, ordinal, collection.TenantOf(lists.Row(batch[0])));
        var searches = new NeighbourSearch[batch.Count];
        for (var i = 0; i < searches.Length; i++)
        {
            searches[i] = collection.SearchFrom(lists.Row(batch[i]), lists.Capacity, offers: lists.State(batch[i]) == NodeState.Pending);
        }

        collection.ScanNeighbours(ordinal, mask, searches, lists.Floors, maxThreads);
        foreach (var search in searches)
        {
            var node = lists.NodeOfRow(search.Row);
            lists.Set(node, search.Best.Sort());
            foreach (var (row, score) in search.Reached)
            {
                lists.Insert(lists.NodeOfRow(row), node, score);
            }

            search.Dispose();
        }
    }

    private async Task StoreAsync(NeighbourLists lists)
    {
        var changes = lists.TakeChanges(revisions.Next());
        var stored = new StoredList[changes.Count];
        for (var i = 0; i < stored.Length; i++)
        {
            var node = changes[i];
            var neighbours = lists.Neighbours(node);
            var scores = lists.Scores(node);
            var entries = new byte[neighbours.Length * ListCodec.EntryBytes];
            for (var n = 0; n < neighbours.Length; n++)
            {
                ListCodec.Write(entries.AsSpan(n * ListCodec.EntryBytes), lists.Id(neighbours[n]), scores[n]);
            }

            stored[i] = new StoredList(lists.Id(node), lists.Revision(node), entries);
        }

        await writer.WriteAsync(new WriteGraphRequest(collection, ordinal, stored), CancellationToken.None);
    }

    private NeighbourAnswer Answer(IReadOnlyCollection<Guid> ids)
    {
        var lists = _lists!;
        var asked = new List<int>();
        foreach (var id in ids.Distinct())
        {
            if (lists.TryFind(id, out var node))
            {
                asked.Add(node);
            }
        }

        var except = asked.ToHashSet();
        var reverse = lists.NamedBy(asked).Where(node => !except.Contains(node)).Select(node => List(lists, node));
        return new NeighbourAnswer(k, [.. asked.Select(node => List(lists, node))], [.. reverse.OrderBy(list => list.Id)]);
    }

    private static NeighbourList List(NeighbourLists lists, int node)
    {
        var neighbours = lists.Neighbours(node);
        var scores = lists.Scores(node);
        var entries = new Neighbour[neighbours.Length];
        for (var i = 0; i < entries.Length; i++)
        {
            entries[i] = new Neighbour(lists.Id(neighbours[i]), scores[i]);
        }

        return new NeighbourList(lists.Id(node), lists.Revision(node), entries);
    }
}
