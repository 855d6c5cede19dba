using System.Buffers;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>
/// The best rows seen so far, at most <c>capacity</c>: a binary heap with the worst on top. Higher scores are better, equal
/// scores are ordered by ascending id, so the result does not depend on the order of offering.
/// </summary>
internal sealed class TopK : IDisposable
{
    private readonly ChunkedColumn<Guid> _ids;
    private readonly int _capacity;
    private (double Score, int Row)[] _heap;

    public TopK(int capacity, ChunkedColumn<Guid> ids)
    {
        _capacity = capacity;
        _ids = ids;
        _heap = ArrayPool<(double, int)>.Shared.Rent(Math.Max(1, capacity));
    }

    public int Count { get; private set; }

    /// <summary>A score below this cannot enter.</summary>
    public double Threshold => Count < _capacity ? double.NegativeInfinity : _heap[0].Score;

    public void Offer(double score, int row)
    {
        var item = (score, row);
        if (Count < _capacity)
        {
            _heap[Count] = item;
            SiftUp(Count++);
        }
        else if (Count > 0 && IsBetter(item, _heap[0]))
        {
            _heap[0] = item;
            SiftDown(0, Count);
        }
    }

    /// <summary>Takes over what another has found.</summary>
    public void Merge(TopK other)
    {
        foreach (var (score, row) in other._heap.AsSpan(0, other.Count))
        {
            Offer(score, row);
        }
    }

    /// <summary>Sorts the heap in place and returns it, best first. No offers may follow.</summary>
    public ReadOnlySpan<(double Score, int Row)> Sort()
    {
        for (var end = Count - 1; end > 0; end--)
        {
            (_heap[0], _heap[end]) = (_heap[end], _heap[0]);
            SiftDown(0, end);
        }

        return _heap.AsSpan(0, Count);
    }

    public void Dispose()
    {
        ArrayPool<(double, int)>.Shared.Return(_heap);
        _heap = [];
        Count = 0;
    }

    private bool IsBetter((double Score, int Row) a, (double Score, int Row) b) =>
        a.Score > b.Score || (a.Score == b.Score && Id(a.Row).CompareTo(Id(b.Row)) < 0);

    private Guid Id(int row) => _ids[Rows.Chunk(row)][Rows.InChunk(row)];

    private void SiftUp(int i)
    {
        while (i > 0)
        {
            var parent = (i - 1) / 2;
            if (!IsBetter(_heap[parent], _heap[i]))
            {
                return;
            }

            (_heap[parent], _heap[i]) = (_heap[i], _heap[parent]);
            i = parent;
        }
    }

    private void SiftDown(int i, int end)
    {
        while (true)
        {
            var worst = i;
            for (var child = (2 * i) + 1; child <= (2 * i) + 2 && child < end; child++)
            {
                if (IsBetter(_heap[worst], _heap[child]))
                {
                    worst = child;
                }
            }

            if (worst == i)
            {
                return;
            }

            (_heap[worst], _heap[i]) = (_heap[i], _heap[worst]);
            i = worst;
        }
    }
}
