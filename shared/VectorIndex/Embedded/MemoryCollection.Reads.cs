using System.Runtime.InteropServices;
using Pipeline.VectorIndex.Hamming;

namespace Pipeline.VectorIndex.Embedded;

internal sealed partial class MemoryCollection
{
    /// <summary>Bytes a thread should have to scan before a second one is worth starting.</summary>
    private const long BytesPerThread = 4 << 20;

    /// <summary>How many threads a search of this space is worth, or several that share a scan.</summary>
    public int UsefulThreads(int ordinal, int maxThreads, int searches = 1)
    {
        long rowBytes = _columns[ordinal] switch
        {
            DenseColumn dense => dense.Stride * sizeof(float),
            CodeColumn codes => codes.Codes.Planes / 8,
            _ => 0, // inverted lists are walked by one thread
        };
        return (int)Math.Clamp(_rowCount * rowBytes * searches / BytesPerThread, 1, maxThreads);
    }

    /// <summary>The best points; <paramref name="vector"/> has been prepared for the space.</summary>
    public IReadOnlyList<IndexHit> Search(int ordinal, VectorValue vector, IndexQuery query, int threads, CancellationToken ct)
    {
        var column = _columns[ordinal];
        using var view = Enter(query.Filter, query.Among, column as SparseColumn, vector as SparseVector);
        using var mask = CreateMask(view, column);
        var capacity = Math.Min(query.Limit, view.Among?.Count ?? view.Live.Count);
        if (capacity == 0)
        {
            return [];
        }

        using var best = new TopK(capacity, _ids);
        TopK CreateLocal() => new(capacity, _ids);
        switch (column)
        {
            case DenseColumn dense:
                ScanDense(dense, (DenseVector)vector, mask, best, CreateLocal, threads, ct);
                break;
            case CodeColumn codes:
                ChunkScan.Run(mask, new CodeScanner(codes, new PlaneQuery(((BinaryCode)vector).Bytes)), best, CreateLocal, threads, ct);
                break;
            case SparseColumn sparse:
                sparse.Search((SparseVector)vector, view.Lists, mask, best, ct);
                break;
        }

        var hits = new IndexHit[best.Count];
        var sorted = best.Sort();
        for (var i = 0; i < hits.Length; i++)
        {
            hits[i] = new IndexHit(Id(sorted[i].Row), sorted[i].Score, Payload(sorted[i].Row));
        }

        return hits;
    }

    /// <summary>The points of these ids, in their order.</summary>
    public IReadOnlyList<IndexPoint> Get(IReadOnlyList<Guid> ids)
    {
        using var view = Enter(null, ids);
        return Read(view);
    }

    /// <summary>The points that a view was entered among.</summary>
    public IReadOnlyList<IndexPoint> Read(ReadView view) => [.. view.Among!.Select(Point)];

    /// <summary>The points with the smallest ids behind <paramref name="after"/>.</summary>
    public IndexPage Scan(Guid? after, int limit, PayloadFilter? filter, CancellationToken ct)
    {
        using var view = Enter(filter);
        using var mask = CreateMask(view, null);

        // The greatest id kept so far is dequeued first, so the queue ends with the smallest ones.
        var smallest = new PriorityQueue<int, Guid>(Comparer<Guid>.Create((a, b) => b.CompareTo(a)));
        var more = false;
        foreach (var row in MaskedRows(mask))
        {
            var id = Id(row);
            if (after is { } start && id.CompareTo(start) <= 0)
            {
                continue;
            }

            if (smallest.Count < limit)
            {
                smallest.Enqueue(row, id);
            }
            else
            {
                more = true;
                smallest.EnqueueDequeue(row, id);
            }
        }

        ct.ThrowIfCancellationRequested();
        var points = new IndexPoint[smallest.Count];
        for (var i = points.Length - 1; i >= 0; i--)
        {
            points[i] = Point(smallest.Dequeue());
        }

        return new IndexPage(points, more ? points[^1].Id : null);
    }

    /// <summary>How many points pass.</summary>
    public long Count(PayloadFilter? filter)
    {
        using var view = Enter(filter);
        if (view.Tenant is null && view.Labels.Count == 0)
        {
            return view.Live.Count;
        }

        using var mask = CreateMask(view, null);
        return mask.Count();
    }

    /// <summary>Takes the newest snapshot; what it shows stays as it is until the view is disposed.</summary>
    public ReadView Enter(
        PayloadFilter? filter, IReadOnlyCollection<Guid>? among = null, SparseColumn? sparse = null, SparseVector? query = null)
    {
        lock (_gate)
        {
            var view = new ReadView(_current);
            if (among is not null)
            {
                view.Among = new List<int>(among.Count);
                foreach (var id in among)
                {
                    if (_rowOf.TryGetValue(id, out var row))
                    {
                        view.Among.Add(row);
                    }
                }
            }

            if (filter?.Tenant is { } tenant)
            {
                view.Tenant = _tenantOrdinals.TryGetValue(tenant, out var ordinal) ? ordinal : -1;
            }

            foreach (var label in filter?.AllLabels ?? [])
            {
                view.Labels.Add(_labels.TryGetValue(label, out var list) ? list.Slice : PostingSlice<int>.Empty);
            }

            if (sparse is not null)
            {
                view.Lists = sparse.Resolve(query!);
            }

            // Last, so that nothing above can throw between entering and leaving.
            _current.Enter();
            return view;
        }
    }

    /// <summary>The rows of a mask, ascending.</summary>
    public static IEnumerable<int> MaskedRows(RowMask mask)
    {
        for (var row = 0; row < mask.ChunkCount * Rows.PerChunk; row++)
        {
            if (mask.Words[Rows.Word(row)] == 0)
            {
                row |= Rows.PerWord - 1;
            }
            else if (mask.Contains(row))
            {
                yield return row;
            }
        }
    }

    private RowMask CreateMask(ReadView view, SpaceColumn? column)
    {
        var mask = new RowMask(view.Live.RowCount);
        if (view.Among is { } among)
        {
            mask.Words.Clear();
            foreach (var row in among)
            {
                mask.Add(row);
            }
        }
        else
        {
            view.Live.CopyTo(mask.Words);
        }

        if (view.Tenant is { } tenant)
        {
            mask.AndEqual(_tenants, tenant);
        }

        foreach (var label in view.Labels)
        {
            mask.And(label.Span);
        }

        if (column is not null)
        {
            mask.And(column.Present);
        }

        return mask;
    }

    private static unsafe void ScanDense(
        DenseColumn column, DenseVector query, RowMask mask, TopK best, Func<TopK> createLocal, int threads, CancellationToken ct)
    {
        var padded = (float*)NativeMemory.AlignedAlloc((nuint)column.Stride * sizeof(float), 64);
        try
        {
            var span = new Span<float>(padded, column.Stride);
            query.Values.CopyTo(span);
            span[query.Values.Length..].Clear();
            ChunkScan.Run(mask, new DenseScanner(new DenseScorer(column, padded)), best, createLocal, threads, ct);
        }
        finally
        {
            NativeMemory.AlignedFree(padded);
        }
    }

    private IndexPoint Point(int row)
    {
        var vectors = new Dictionary<string, VectorValue>(_columns.Length, StringComparer.Ordinal);
        foreach (var column in _columns)
        {
            if (column.Read(row) is { } vector)
            {
                vectors.Add(column.Space.Name, vector);
            }
        }

        return new IndexPoint { Id = Id(row), Vectors = vectors, Payload = Payload(row) };
    }

    private Guid Id(int row) => _ids[Rows.Chunk(row)][Rows.InChunk(row)];

    private IndexPayload Payload(int row) => _payloads[Rows.Chunk(row)][Rows.InChunk(row)]!;
}
