using System.Buffers;
using System.Buffers.Binary;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>
/// The best rows seen so far, at most <c>capacity</c>: a binary heap with the worst on top. Higher scores are better, equal
/// scores are ordered by ascending id, so the result does not depend on the order of offering.
/// </summary>
internal sealed class TopK : IDisposable
{
    private readonly ChunkedColumn<Guid> _ids;
    private readonly int _capacity;
    private Entry[] _heap;

    public TopK(int capacity, ChunkedColumn<Guid> ids)
    {
        _capacity = capacity;
        _ids = ids;
        _heap = ArrayPool<Entry>.Shared.Rent(Math.Max(1, capacity));
    }

    public int Count { get; private set; }

    /// <summary>A score below this cannot enter.</summary>
    public double Threshold => Count < _capacity ? double.NegativeInfinity : _heap[0].Score;

    public void Offer(double score, int row)
    {
        if (Count < _capacity)
        {
            _heap[Count] = new Entry(score, IdKey(row), row);
            SiftUp(Count++);
        }
        else if (Count > 0 && score >= _heap[0].Score)
        {
            var entry = new Entry(score, IdKey(row), row);
            if (IsBetter(entry, _heap[0]))
            {
                _heap[0] = entry;
                SiftDown(0, Count);
            }
        }
    }

    /// <summary>Takes over what another has found.</summary>
    public void Merge(TopK other)
    {
        foreach (var entry in other._heap.AsSpan(0, other.Count))
        {
            Offer(entry.Score, entry.Row);
        }
    }

    /// <summary>Sorts the heap in place and returns it, best first. No offers may follow.</summary>
    public ReadOnlySpan<Entry> Sort()
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
        ArrayPool<Entry>.Shared.Return(_heap);
        _heap = [];
        Count = 0;
    }

    private static bool IsBetter(in Entry a, in Entry b) => a.Score > b.Score || (a.Score == b.Score && a.IdKey < b.IdKey);

    /// <summary>The id as a number in the order of ids. Kept in the heap, since with Hamming distances most comparisons are ties.</summary>
    private UInt128 IdKey(int row)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ids[Rows.Chunk(row)][Rows.InChunk(row)].TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

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

    /// <summary>A row of the heap.</summary>
    internal readonly record struct Entry(double Score, UInt128 IdKey, int Row);
}
