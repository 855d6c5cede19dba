using System.Buffers;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>Dot products of a sparse query with all rows, added up from inverted lists.</summary>
internal sealed class SparseSums : IDisposable
{
    private readonly int _rowCount;
    private double[] _sums;

    public SparseSums(int chunkCount)
    {
        _rowCount = chunkCount * Rows.PerChunk;
        _sums = ArrayPool<double>.Shared.Rent(_rowCount);
        _sums.AsSpan(0, _rowCount).Clear();
        Touched = new RowMask(_rowCount);
        Touched.Words.Clear();
    }

    /// <summary>The rows that share an index with the query.</summary>
    public RowMask Touched { get; }

    public double this[int row] => _sums[row];

    /// <summary>Adds a query's products: once, all of its indices in ascending order.</summary>
    public void Add(SparseVector query, PostingSlice<Posting>[] lists, CancellationToken ct)
    {
        for (var i = 0; i < lists.Length; i++)
        {
            ct.ThrowIfCancellationRequested();
            double weight = query.Values[i];
            foreach (var posting in lists[i].Span)
            {
                // Rows added after the snapshot was taken may lie beyond the mask.
                if (posting.Row < _rowCount)
                {
                    _sums[posting.Row] += weight * posting.Weight;
                    Touched.Add(posting.Row);
                }
            }
        }
    }

    public void Dispose()
    {
        Touched.Dispose();
        ArrayPool<double>.Shared.Return(_sums);
        _sums = [];
    }
}
