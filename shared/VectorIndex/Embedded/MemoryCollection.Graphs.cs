namespace Pipeline.VectorIndex.Embedded;

/// <summary>What the collection does for its nearest-neighbour graphs: it notes what changes, and lends them its columns.</summary>
internal sealed partial class MemoryCollection
{
    // Keys of the graphs that the database has, by ordinal; 0 for none. The writer's own.
    private readonly long[] _graphKeys;

    // Ids changed since each graph last looked, and whether its vector or tenant is another. Null while nobody listens. Under the gate.
    private readonly Dictionary<Guid, bool>?[] _graphLogs;
    private readonly NeighbourGraph?[] _graphs;

    /// <summary>True if the database has a graph of this collection.</summary>
    public bool HasGraphs => Array.Exists(_graphKeys, key => key != 0);

    /// <summary>The space's graph, made if this is the first time it is asked for.</summary>
    public NeighbourGraph Graph(int ordinal, Func<NeighbourGraph> create) =>
        Volatile.Read(ref _graphs[ordinal]) ?? Interlocked.CompareExchange(ref _graphs[ordinal], create(), null) ?? _graphs[ordinal]!;

    public long GraphKey(int ordinal) => _graphKeys[ordinal];

    /// <summary>Says that the database has a graph, whose lists have to go when their points change.</summary>
    public void KeepGraph(int ordinal, long key) => _graphKeys[ordinal] = key;

    /// <summary>Notes from now on what changes. For the writer.</summary>
    /// <returns>The state that changes are noted against.</returns>
    public ReadView StartLog(int ordinal, long key)
    {
        KeepGraph(ordinal, key);
        lock (_gate)
        {
            _graphLogs[ordinal] = [];
            return Enter(null);
        }
    }

    /// <summary>Takes a view and everything that was noted up to it, with the row in which each point is now; −1 for gone.</summary>
    public (ReadView View, List<(Guid Id, int Row, bool Changed)> Changes) TakeLog(int ordinal)
    {
        lock (_gate)
        {
            var log = _graphLogs[ordinal]!;
            var changes = new List<(Guid, int, bool)>(log.Count);
            foreach (var (id, changed) in log)
            {
                changes.Add((id, _rowOf.TryGetValue(id, out var row) ? row : -1, changed));
            }

            log.Clear();
            return (Enter(null), changes);
        }
    }

    /// <summary>True if the point has changed in the space since the graph last looked.</summary>
    public bool HasForgotten(int ordinal, Guid id)
    {
        lock (_gate)
        {
            return _graphLogs[ordinal]!.TryGetValue(id, out var changed) && changed;
        }
    }

    /// <summary>Ordinals of the kept graphs in which a point is another after a change. For the writer.</summary>
    public IReadOnlyList<int> GraphsThatForget(PreparedPoint before, PreparedPoint? after)
    {
        var ordinals = new List<int>();
        for (var i = 0; i < _graphKeys.Length; i++)
        {
            if (_graphKeys[i] != 0
                && (after is null || before.Payload.Tenant != after.Payload.Tenant || !VectorEquality.AreSame(before.Vectors[i], after.Vectors[i])))
            {
                ordinals.Add(i);
            }
        }

        return ordinals;
    }

    /// <summary>The point as it is stored, or null. For the writer.</summary>
    public PreparedPoint? Find(Guid id) => _rowOf.TryGetValue(id, out var row)
        ? new PreparedPoint(id, Payload(row), [.. _columns.Select(column => column.Read(row))])
        : null;

    /// <summary>The rows of a view that have a vector in a space; of one tenant only unless <paramref name="tenant"/> is null.</summary>
    public RowMask RowsWithVector(ReadView view, int ordinal, int? tenant)
    {
        view.Tenant = tenant;
        return CreateMask(view, _columns[ordinal]);
    }

    public bool HasVector(int row, int ordinal) => _columns[ordinal].Has(row);

    public Guid IdOf(int row) => Id(row);

    public int TenantOf(int row) => _tenants[Rows.Chunk(row)][Rows.InChunk(row)];

    public NeighbourSearch SearchFrom(int row, int k, bool offers) => new(row, new TopK(k, _ids), offers, () => new TopK(k, _ids));

    /// <summary>Compares each search's row with all rows of the mask.</summary>
    /// <param name="ordinal">The space.</param>
    /// <param name="mask">Rows shown by a view that is held meanwhile.</param>
    /// <param name="searches">Their rows are in the mask.</param>
    /// <param name="floors">By row: see <see cref="NeighbourLists.Floors"/>.</param>
    /// <param name="maxThreads">Most threads to use.</param>
    public void ScanNeighbours(int ordinal, RowMask mask, NeighbourSearch[] searches, float[] floors, int maxThreads)
    {
        switch (_columns[ordinal])
        {
            case DenseColumn dense:
                NeighbourScan.Run(dense, mask, searches, floors, UsefulThreads(ordinal, maxThreads, searches.Length));
                break;
            case CodeColumn codes:
                NeighbourScan.Run(codes, mask, searches, floors, UsefulThreads(ordinal, maxThreads, searches.Length));
                break;
            case SparseColumn sparse:
                NeighbourScan.Run(sparse, mask, searches, floors, maxThreads);
                break;
        }
    }

    /// <summary>Under the gate.</summary>
    private void Log(IReadOnlyList<PointChange> changes)
    {
        for (var i = 0; i < _graphLogs.Length; i++)
        {
            if (_graphLogs[i] is not { } log)
            {
                continue;
            }

            foreach (var change in changes)
            {
                log[change.Id] = (log.TryGetValue(change.Id, out var changed) && changed) || change.Unwoven.Contains(i);
            }
        }
    }
}
