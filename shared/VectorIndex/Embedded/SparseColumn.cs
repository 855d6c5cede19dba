using System.Numerics;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>One entry of an inverted list.</summary>
internal readonly record struct Posting(int Row, float Weight);

/// <summary>
/// Sparse vectors twice: inverted lists (index → rows) for searching everything, and the vectors themselves for searching
/// among few rows. Both ways add the same products in the same order (ascending index, in double precision), so they agree exactly.
/// </summary>
internal sealed class SparseColumn(SparseSpace space, Lock gate) : SpaceColumn(space)
{
    /// <summary>Below this many candidates their vectors are compared directly.</summary>
    private const int DirectCandidates = 256;

    private readonly Dictionary<uint, PostingList<Posting>> _lists = [];
    private readonly ChunkedColumn<SparseVector?> _vectors = new(Rows.PerChunk);

    // True while no row, dead ones included, ever had a weight that is zero or negative.
    private bool _positive = true;

    /// <summary>The inverted lists of a query's indices, in its order. Called under the gate.</summary>
    public PostingSlice<Posting>[] Resolve(SparseVector query)
    {
        var slices = new PostingSlice<Posting>[query.Indices.Length];
        for (var i = 0; i < slices.Length; i++)
        {
            slices[i] = _lists.TryGetValue(query.Indices[i], out var list) ? list.Slice : PostingSlice<Posting>.Empty;
        }

        return slices;
    }

    /// <summary>Offers every row of the mask that shares an index with the query.</summary>
    public void Search(SparseVector query, PostingSlice<Posting>[] lists, RowMask mask, TopK best, CancellationToken ct)
    {
        if (mask.Count() <= DirectCandidates)
        {
            SearchDirectly(query, mask, best);
        }
        else
        {
            SearchInverted(query, lists, mask, best, ct);
        }
    }

    /// <summary>Offers a row, whose vector is here, every row of the mask that shares an index with it.</summary>
    public void Compare(NeighbourSearch search, RowMask mask, float[] floors)
    {
        var query = Vector(search.Row);
        PostingSlice<Posting>[] lists;
        lock (gate)
        {
            lists = Resolve(query);
        }

        using var sums = new SparseSums(mask.ChunkCount, Volatile.Read(ref _positive));
        sums.Add(query, lists, CancellationToken.None);
        var threshold = search.Best.Threshold;
        for (var w = 0; w < mask.Words.Length; w++)
        {
            for (var word = mask.Words[w] & sums.Touched(w); word != 0; word &= word - 1)
            {
                var row = (w * Rows.PerWord) + BitOperations.TrailingZeroCount(word);
                var sum = sums.Sums[row];
                if (sum >= threshold || sum >= floors[row])
                {
                    search.Offer(row, sum, floors[row]);
                    threshold = search.Best.Threshold;
                }
            }
        }
    }

    protected override void Store(int row, VectorValue value)
    {
        var vector = (SparseVector)value;
        _vectors.Ensure(Rows.Chunk(row))[Rows.InChunk(row)] = vector;
        Volatile.Write(ref _positive, _positive && ArePositive(vector.Values));
        lock (gate)
        {
            for (var i = 0; i < vector.Indices.Length; i++)
            {
                if (!_lists.TryGetValue(vector.Indices[i], out var list))
                {
                    _lists.Add(vector.Indices[i], list = new PostingList<Posting>());
                }

                list.Append(new Posting(row, vector.Values[i]));
            }
        }
    }

    protected override VectorValue Fetch(int row)
    {
        var vector = Vector(row);
        return new SparseVector((uint[])vector.Indices.Clone(), (float[])vector.Values.Clone());
    }

    protected override void Forget(IReadOnlySet<int> rows)
    {
        var touched = new HashSet<uint>();
        foreach (var row in rows)
        {
            if (_vectors.Find(Rows.Chunk(row)) is { } chunk && chunk[Rows.InChunk(row)] is { } vector)
            {
                touched.UnionWith(vector.Indices);
                chunk[Rows.InChunk(row)] = null;
            }
        }

        foreach (var index in touched)
        {
            // One list at a time under the gate: readers wait for microseconds, not for the whole purge.
            lock (gate)
            {
                var list = _lists[index];
                list.Rewrite(posting => !rows.Contains(posting.Row));
                if (list.Count == 0)
                {
                    _lists.Remove(index);
                }
            }
        }
    }

    private SparseVector Vector(int row) => _vectors[Rows.Chunk(row)][Rows.InChunk(row)]!;

    private void SearchDirectly(SparseVector query, RowMask mask, TopK best)
    {
        var words = mask.Words;
        for (var w = 0; w < words.Length; w++)
        {
            for (var word = words[w]; word != 0; word &= word - 1)
            {
                var row = (w * Rows.PerWord) + BitOperations.TrailingZeroCount(word);
                if (Dot(query, Vector(row)) is { } score)
                {
                    best.Offer(score, row);
                }
            }
        }
    }

    private static bool ArePositive(ReadOnlySpan<float> values) => !values.ContainsAnyExceptInRange(float.Epsilon, float.MaxValue);

    private static double? Dot(SparseVector a, SparseVector b)
    {
        double sum = 0;
        var shared = false;
        for (int i = 0, j = 0; i < a.Indices.Length && j < b.Indices.Length;)
        {
            if (a.Indices[i] == b.Indices[j])
            {
                sum += (double)a.Values[i++] * b.Values[j++];
                shared = true;
            }
            else if (a.Indices[i] < b.Indices[j])
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return shared ? sum : null;
    }

    private void SearchInverted(
        SparseVector query, PostingSlice<Posting>[] lists, RowMask mask, TopK best, CancellationToken ct)
    {
        using var sums = new SparseSums(mask.ChunkCount, Volatile.Read(ref _positive) && ArePositive(query.Values));
        sums.Add(query, lists, ct);
        for (var w = 0; w < mask.Words.Length; w++)
        {
            for (var word = mask.Words[w] & sums.Touched(w); word != 0; word &= word - 1)
            {
                var row = (w * Rows.PerWord) + BitOperations.TrailingZeroCount(word);
                var sum = sums.Sums[row];
                if (sum >= best.Threshold)
                {
                    best.Offer(sum, row);
                }
            }
        }
    }
}
