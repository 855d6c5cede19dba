using Pipeline.VectorIndex.Embedded;
using Pipeline.VectorIndex.Kernels;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>An index that compares the query with every code: bits/8 bytes a code, read once a search.</summary>
public sealed class FlatHammingIndex : IHammingIndex
{
    /// <summary>Bytes a thread should have to scan before a second one is worth starting.</summary>
    private const long BytesPerThread = 2 << 20;

    /// <summary>Bytes of blocks that several queries are compared with before the next: they stay in the second cache.</summary>
    private const int TileBytes = 256 << 10;

    private readonly BitPlanes _codes;
    private readonly int _maxThreads;
    private readonly Stack<int> _free = [];
    private ulong[] _live = [];
    private int _rowCount;

    /// <summary>Makes an empty index.</summary>
    /// <param name="bits">Length of the codes: a multiple of 8 up to 65,536.</param>
    /// <param name="maxThreads">Most threads of one search; 0: one for each core.</param>
    /// <exception cref="ArgumentException">A value is out of its range.</exception>
    public FlatHammingIndex(int bits, int maxThreads = 0)
    {
        CodeLength.ThrowIfBad(bits);
        ArgumentOutOfRangeException.ThrowIfNegative(maxThreads);
        Bits = bits;
        _codes = new BitPlanes(bits);
        _maxThreads = maxThreads == 0 ? Environment.ProcessorCount : maxThreads;
    }

    /// <inheritdoc/>
    public int Bits { get; }

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public int Add(ReadOnlySpan<byte> code)
    {
        CodeLength.ThrowIfNot(Bits, code.Length);
        var row = _free.TryPop(out var free) ? free : _rowCount++;
        _codes.Write(row, code);
        if (Rows.Word(row) >= _live.Length)
        {
            // Whole blocks, so that a block's bits can be read without asking.
            Array.Resize(ref _live, Math.Max(HammingKernel.PlaneWords, _live.Length * 2));
        }

        _live[Rows.Word(row)] |= Rows.Bit(row);
        Count++;
        return row;
    }

    /// <inheritdoc/>
    public bool Remove(int id)
    {
        if (id < 0 || id >= _rowCount || !IsLive(id))
        {
            return false;
        }

        _live[Rows.Word(id)] &= ~Rows.Bit(id);
        _free.Push(id);
        Count--;
        return true;
    }

    /// <inheritdoc/>
    public HammingHit[] Search(ReadOnlySpan<byte> query, int limit)
    {
        CodeLength.ThrowIfNot(Bits, query.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return Find(new PlaneQuery(query), Math.Min(limit, Math.Max(1, Count)), Bits, default(OneEach));
    }

    /// <inheritdoc/>
    public HammingHit[] SearchRadius(ReadOnlySpan<byte> query, int radius)
    {
        CodeLength.ThrowIfNot(Bits, query.Length);
        ArgumentOutOfRangeException.ThrowIfNegative(radius);
        return Find(new PlaneQuery(query), int.MaxValue, Math.Min(radius, Bits), default(OneEach));
    }

    /// <summary>
    /// As <see cref="Search(ReadOnlySpan{byte}, int)"/>, for many queries: they share each pass over the codes, and the threads
    /// share the queries.
    /// </summary>
    /// <param name="queries">Whole codes, one behind the other.</param>
    /// <param name="limit">Most hits for each, at least 1.</param>
    /// <exception cref="ArgumentException">The queries are no whole codes, or the limit is below 1.</exception>
    public HammingHit[][] SearchAll(ReadOnlySpan<byte> queries, int limit)
    {
        var codeBytes = Bits / 8;
        if (queries.Length % codeBytes != 0)
        {
            throw new ArgumentException($"{queries.Length} bytes are no whole codes of {Bits} bits.", nameof(queries));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        var prepared = new PlaneQuery[queries.Length / codeBytes];
        for (var q = 0; q < prepared.Length; q++)
        {
            prepared[q] = new PlaneQuery(queries.Slice(q * codeBytes, codeBytes));
        }

        var hits = new HammingHit[prepared.Length][];
        var capacity = Math.Min(limit, Math.Max(1, Count));
        var threads = Math.Min(_maxThreads, prepared.Length);
        if (threads <= 1)
        {
            FindTogether(prepared, hits, capacity);
            return hits;
        }

        var share = (prepared.Length + threads - 1) / threads;
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, t =>
        {
            var first = Math.Min(t * share, prepared.Length);
            var count = Math.Min(share, prepared.Length - first);
            FindTogether(prepared.AsSpan(first, count), hits.AsSpan(first, count), capacity);
        });
        return hits;
    }

    /// <summary>The ids in use, ascending.</summary>
    internal IEnumerable<int> Ids => Enumerable.Range(0, _rowCount).Where(IsLive);

    private int BlockCount => (_rowCount + HammingKernel.BlockRows - 1) / HammingKernel.BlockRows;

    private int BlocksPerTile => Math.Max(1, TileBytes / (_codes.Planes * HammingKernel.PlaneWords * sizeof(ulong)));

    private bool IsLive(int row) => (_live[Rows.Word(row)] & Rows.Bit(row)) != 0;

    /// <summary>What the rows found stand for, nearest first.</summary>
    internal HammingHit[] Find<TBuckets>(PlaneQuery query, int capacity, int radius, TBuckets buckets)
        where TBuckets : struct, IBuckets
    {
        using var nearest = new NearestRows(capacity, radius);
        var threads = (int)Math.Clamp((long)_rowCount * (Bits / 8) / BytesPerThread, 1, _maxThreads);
        if (threads == 1)
        {
            BlockScan.Run(_codes, query, 0, BlockCount, new Sink<TBuckets>(this, nearest, buckets));
            return nearest.ToHits();
        }

        var next = -1;
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
        {
            // Each thread's tiles ascend, as its collector expects.
            using var local = new NearestRows(capacity, radius);
            var tiles = (BlockCount + BlocksPerTile - 1) / BlocksPerTile;
            for (var tile = Interlocked.Increment(ref next); tile < tiles; tile = Interlocked.Increment(ref next))
            {
                var end = Math.Min((tile + 1) * BlocksPerTile, BlockCount);
                BlockScan.Run(_codes, query, tile * BlocksPerTile, end, new Sink<TBuckets>(this, local, buckets));
            }

            lock (nearest)
            {
                nearest.Merge(local);
            }
        });
        return nearest.ToHits();
    }

    private void FindTogether(ReadOnlySpan<PlaneQuery> queries, Span<HammingHit[]> hits, int capacity)
    {
        var nearest = new NearestRows[queries.Length];
        for (var q = 0; q < nearest.Length; q++)
        {
            nearest[q] = new NearestRows(capacity, Bits);
        }

        for (var block = 0; block < BlockCount; block += BlocksPerTile)
        {
            for (var q = 0; q < nearest.Length; q++)
            {
                var sink = new Sink<OneEach>(this, nearest[q], default);
                BlockScan.Run(_codes, queries[q], block, Math.Min(block + BlocksPerTile, BlockCount), sink);
            }
        }

        for (var q = 0; q < nearest.Length; q++)
        {
            hits[q] = nearest[q].ToHits();
            nearest[q].Dispose();
        }
    }

    private readonly struct Sink<TBuckets>(FlatHammingIndex index, NearestRows nearest, TBuckets buckets) : IRowSink
        where TBuckets : struct, IBuckets
    {
        public int Limit => TBuckets.InOrder ? nearest.Limit : nearest.Bar;

        public ReadOnlySpan<ulong> Rows(int block) => index._live.AsSpan(block * HammingKernel.PlaneWords, HammingKernel.PlaneWords);

        public void Offer(int distance, int row)
        {
            if (distance <= Limit)
            {
                buckets.Offer(nearest, distance, row);
            }
        }
    }

    private readonly struct OneEach : IBuckets
    {
        public static bool InOrder => true;

        public void Offer(NearestRows nearest, int distance, int row) => nearest.Offer(distance, row);
    }
}
