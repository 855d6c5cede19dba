using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>Dot products of a sparse query with all rows, added up from inverted lists.</summary>
internal sealed class SparseSums : IDisposable
{
    private readonly int _rowCount;
    private readonly RowMask? _touched;
    private double[] _sums;

    /// <param name="chunkCount">Chunks of rows.</param>
    /// <param name="positive">
    /// True if no weight on either side is zero or negative. Then a row shares an index with the query exactly if its sum is above
    /// zero (the product of the two smallest floats is a double far from zero), and need not be marked.
    /// </param>
    public SparseSums(int chunkCount, bool positive)
    {
        _rowCount = chunkCount * Rows.PerChunk;
        _sums = ArrayPool<double>.Shared.Rent(_rowCount);
        _sums.AsSpan(0, _rowCount).Clear();
        if (!positive)
        {
            _touched = new RowMask(_rowCount);
            _touched.Words.Clear();
        }
    }

    public ReadOnlySpan<double> Sums => _sums.AsSpan(0, _rowCount);

    /// <summary>The rows of a word, as bits, that share an index with the query.</summary>
    public ulong Touched(int word)
    {
        if (_touched is not null)
        {
            return _touched.Words[word];
        }

        ulong bits = 0;
        var sums = _sums.AsSpan(word * Rows.PerWord, Rows.PerWord);
        for (var r = 0; r < sums.Length; r++)
        {
            bits |= sums[r] > 0 ? 1UL << r : 0;
        }

        return bits;
    }

    /// <summary>Adds a query's products: once, all of its indices in ascending order.</summary>
    public void Add(SparseVector query, PostingSlice<Posting>[] lists, CancellationToken ct)
    {
        for (var i = 0; i < lists.Length; i++)
        {
            ct.ThrowIfCancellationRequested();
            if (_touched is null)
            {
                Add(query.Values[i], lists[i].Span);
            }
            else
            {
                AddAndMark(query.Values[i], lists[i].Span);
            }
        }
    }

    public void Dispose()
    {
        _touched?.Dispose();
        ArrayPool<double>.Shared.Return(_sums);
        _sums = [];
    }

    private void Add(double weight, ReadOnlySpan<Posting> postings)
    {
        ref var sums = ref MemoryMarshal.GetArrayDataReference(_sums);
        var rowCount = (uint)_rowCount;
        foreach (ref readonly var posting in postings)
        {
            // Rows added after the snapshot was taken may lie beyond the mask.
            if ((uint)posting.Row < rowCount)
            {
                Unsafe.Add(ref sums, posting.Row) += weight * posting.Weight;
            }
        }
    }

    private void AddAndMark(double weight, ReadOnlySpan<Posting> postings)
    {
        foreach (ref readonly var posting in postings)
        {
            if (posting.Row < _rowCount)
            {
                _sums[posting.Row] += weight * posting.Weight;
                _touched!.Add(posting.Row);
            }
        }
    }
}
