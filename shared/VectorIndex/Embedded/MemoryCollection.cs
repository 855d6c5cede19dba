namespace Pipeline.VectorIndex.Embedded;

/// <summary>
/// A collection in memory. Every version of a point has a row of its own; a write fills new rows, which nobody sees, and then
/// publishes a <see cref="Snapshot"/> that shows them instead of the old. Readers hold a snapshot and scan without locks; old
/// rows are freed when no reader can see them. One writer at a time.
/// </summary>
internal sealed partial class MemoryCollection
{
    private const int MinPurge = 256;

    private readonly Lock _gate = new();
    private readonly ChunkedColumn<Guid> _ids = new(Rows.PerChunk);
    private readonly ChunkedColumn<IndexPayload?> _payloads = new(Rows.PerChunk);
    private readonly ChunkedColumn<int> _tenants = new(Rows.PerChunk);
    private readonly SpaceColumn[] _columns;

    // Dictionaries are changed, and read by readers, under the gate.
    private readonly Dictionary<Guid, int> _rowOf = [];
    private readonly Dictionary<string, int> _tenantOrdinals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PostingList<int>> _labels = new(StringComparer.Ordinal);
    private Snapshot _current = new(0, LiveRows.Empty);

    // The writer's own.
    private readonly List<Snapshot> _previous = [];
    private readonly Stack<int> _free = [];
    private readonly Queue<(int Row, long GoneSince)> _retired = [];
    private int _rowCount;

    public MemoryCollection(long key, string name, CollectionSchema schema)
    {
        Key = key;
        Name = name;
        Schema = schema;
        _columns = [.. schema.Spaces.Select(CreateColumn)];
        _graphKeys = new long[_columns.Length];
        _graphLogs = new Dictionary<Guid, bool>?[_columns.Length];
        _graphs = new NeighbourGraph?[_columns.Length];
    }

    /// <summary>The collection's key in the database; never reused for another.</summary>
    public long Key { get; }

    public string Name { get; }

    public CollectionSchema Schema { get; }

    /// <summary>Rows allocated so far, dead ones included.</summary>
    public int AllocatedRows => _rowCount;

    /// <summary>Applies changes in order and publishes them together.</summary>
    public void Apply(IReadOnlyList<PointChange> changes)
    {
        Reclaim();
        var version = _current.Version + 1;
        var live = _current.Live.Edit();
        var rows = new Dictionary<Guid, int?>();
        foreach (var (id, point, _) in changes)
        {
            // The row that the id has had up to this change, published or not.
            var before = rows.TryGetValue(id, out var staged) ? staged : _rowOf.TryGetValue(id, out var known) ? known : null;
            if (before is { } row)
            {
                live.Remove(row);
                _retired.Enqueue((row, version));
            }

            rows[id] = point is null ? null : Stage(point);
            if (rows[id] is { } added)
            {
                live.Add(added);
            }
        }

        var next = new Snapshot(version, live.Build());
        lock (_gate)
        {
            foreach (var (id, row) in rows)
            {
                if (row is { } current)
                {
                    _rowOf[id] = current;
                }
                else
                {
                    _rowOf.Remove(id);
                }
            }

            _previous.Add(_current);
            _current = next;
            Log(changes);
        }
    }

    /// <summary>Fills a row that nobody sees yet.</summary>
    private int Stage(PreparedPoint point)
    {
        var row = _free.TryPop(out var free) ? free : _rowCount++;
        var (chunk, i) = (Rows.Chunk(row), Rows.InChunk(row));
        _ids.Ensure(chunk)[i] = point.Id;
        _payloads.Ensure(chunk)[i] = point.Payload;
        for (var s = 0; s < _columns.Length; s++)
        {
            if (point.Vectors[s] is { } vector)
            {
                _columns[s].Write(row, vector);
            }
        }

        lock (_gate)
        {
            if (!_tenantOrdinals.TryGetValue(point.Payload.Tenant, out var tenant))
            {
                _tenantOrdinals.Add(point.Payload.Tenant, tenant = _tenantOrdinals.Count);
            }

            _tenants.Ensure(chunk)[i] = tenant;
            foreach (var label in point.Payload.Labels)
            {
                if (!_labels.TryGetValue(label, out var list))
                {
                    _labels.Add(label, list = new PostingList<int>());
                }

                list.Append(row);
            }
        }

        return row;
    }

    /// <summary>
    /// Frees the rows that no reader can see, once there are enough of them: removing postings costs about the same for one
    /// row as for many.
    /// </summary>
    private void Reclaim()
    {
        _previous.RemoveAll(snapshot => !snapshot.HasReaders);
        if (_retired.Count < Math.Max(MinPurge, _rowCount / 16))
        {
            return;
        }

        var oldest = _previous.Count > 0 ? _previous.Min(snapshot => snapshot.Version) : _current.Version;
        var rows = new HashSet<int>();
        while (_retired.TryPeek(out var retired) && retired.GoneSince <= oldest)
        {
            rows.Add(_retired.Dequeue().Row);
        }

        if (rows.Count == 0)
        {
            return;
        }

        foreach (var column in _columns)
        {
            column.Purge(rows);
        }

        PurgeLabels(rows);
        foreach (var row in rows)
        {
            _payloads[Rows.Chunk(row)][Rows.InChunk(row)] = null;
            _free.Push(row);
        }
    }

    private void PurgeLabels(HashSet<int> rows)
    {
        var touched = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            touched.UnionWith(_payloads[Rows.Chunk(row)][Rows.InChunk(row)]!.Labels);
        }

        foreach (var label in touched)
        {
            lock (_gate)
            {
                _labels[label].Rewrite(row => !rows.Contains(row));
                if (_labels[label].Count == 0)
                {
                    _labels.Remove(label);
                }
            }
        }
    }

    private SpaceColumn CreateColumn(VectorSpace space) => space switch
    {
        DenseSpace dense => new DenseColumn(dense),
        CodeSpace code => new CodeColumn(code),
        SparseSpace sparse => new SparseColumn(sparse, _gate),
        _ => throw new ArgumentException($"A space of kind {space.GetType().Name} is not supported."),
    };
}

/// <summary>One change of a write.</summary>
/// <param name="Id">The point.</param>
/// <param name="Point">Its new state, or null to remove it.</param>
/// <param name="Unwoven">Ordinals of the spaces whose graph is kept and must forget the point.</param>
internal readonly record struct PointChange(Guid Id, PreparedPoint? Point, IReadOnlyList<int> Unwoven)
{
    public PointChange(Guid id, PreparedPoint? point)
        : this(id, point, [])
    {
    }
}
