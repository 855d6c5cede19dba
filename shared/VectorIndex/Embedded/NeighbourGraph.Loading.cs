namespace Pipeline.VectorIndex.Embedded;

/// <summary>Rebuilding the lists from what is stored.</summary>
internal sealed partial class NeighbourGraph
{
    /// <summary>Believes stored lists as far as they name points that have lists; queues the others, and the points without one.</summary>
    private NeighbourLists Load(LoadGraphRequest load)
    {
        var lists = new NeighbourLists(k);
        _broken.Clear();
        _pending.Clear();
        lists.EnsureRows(Rows.ChunkCount(load.View!.Live.RowCount) * Rows.PerChunk);
        using (var mask = collection.RowsWithVector(load.View, ordinal, null))
        {
            foreach (var row in MemoryCollection.MaskedRows(mask))
            {
                lists.Place(lists.Add(collection.IdOf(row)), row);
            }
        }

        // Which points have a list, before any list is read.
        var stored = load.Lists.Where(list => lists.TryFind(list.Id, out _)).ToDictionary(list => list.Id);
        var entries = new (int, double)[k];
        foreach (var (id, list) in stored)
        {
            var kept = 0;
            var count = list.Entries.Length / ListCodec.EntryBytes;
            for (var i = 0; i < count; i++)
            {
                var (neighbour, score) = ListCodec.Read(list.Entries.AsSpan(i * ListCodec.EntryBytes));
                if (stored.ContainsKey(neighbour) && lists.TryFind(neighbour, out var node))
                {
                    entries[kept++] = (node, score);
                }
            }

            lists.TryFind(id, out var own);
            lists.Restore(own, list.Revision, entries.AsSpan(0, kept), count);
            if (lists.State(own) == NodeState.Broken)
            {
                _broken.Enqueue(own);
            }
        }

        Enqueue(lists, lists.Nodes(NodeState.Pending));
        return lists;
    }
}
