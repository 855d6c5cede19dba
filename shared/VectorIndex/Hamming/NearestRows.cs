using System.Buffers;
using System.Runtime.CompilerServices;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>
/// Collects a query's nearest rows by counting: a histogram of the distances seen says what the worst useful distance is, and
/// only rows that beat it are kept. No heap, and no sorting until the end. Equal distances are ordered by row.
/// </summary>
internal sealed class NearestRows : IDisposable
{
    private const int MinBuffer = 256;

    /// <summary>Rows from which on sorting them by some bits at a time pays.</summary>
    private const int MinRadix = 96;

    /// <summary>Rows from which on fewer passes pay, each of which begins with a longer table.</summary>
    private const int ManyRows = 2048;

    private readonly int _capacity;
    private readonly int _radius;
    private readonly int[] _counts;

    // Distance in the upper half, row in the lower: the order of results.
    private ulong[] _keys;
    private int _kept;

    // Rows seen at distances up to and below the bar.
    private long _upTo;
    private long _below;
    private int _bar;

    /// <param name="capacity">Most rows to return, at least 1.</param>
    /// <param name="radius">Greatest distance to return.</param>
    public NearestRows(int capacity, int radius)
    {
        _capacity = capacity;
        (_bar, _radius) = (radius, radius);
        _counts = ArrayPool<int>.Shared.Rent(radius + 1);
        _counts.AsSpan(0, radius + 1).Clear();
        _keys = ArrayPool<ulong>.Shared.Rent(MinBuffer);
    }

    /// <summary>
    /// Rows beyond this distance cannot enter; −1 if none can. It takes for granted that rows offered from now on come behind
    /// those offered before; whoever offers them in another order asks for <see cref="Bar"/>.
    /// </summary>
    public int Limit => IsFull ? _bar - 1 : _bar;

    /// <summary>Rows beyond this distance cannot enter, whatever the order.</summary>
    public int Bar => _bar;

    /// <summary>Whether as many rows as are wanted lie within the bar.</summary>
    public bool IsFull => _upTo >= _capacity;

    /// <summary>Offers a row whose distance does not exceed <see cref="Bar"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Offer(int distance, int row)
    {
        if (_kept == _keys.Length)
        {
            MakeRoom();
        }

        _keys[_kept++] = ((ulong)(uint)distance << 32) | (uint)row;
        if (_capacity < int.MaxValue)
        {
            MoveBar(distance); // where all are wanted it stays where it is, and they are counted in the end
        }
    }

    /// <summary>Counts a row, and brings the bar to the distance of the last one wanted.</summary>
    private void MoveBar(int distance)
    {
        _counts[distance]++;
        _upTo++;
        _below += distance < _bar ? 1 : 0;
        while (_below >= _capacity)
        {
            _upTo = _below;
            _below -= _counts[--_bar];
        }
    }

    /// <summary>Offers rows of one distance, which does not exceed <see cref="Bar"/>.</summary>
    public void Offer(int distance, ReadOnlySpan<int> rows)
    {
        if (_capacity < int.MaxValue)
        {
            for (var i = 0; i < rows.Length && distance <= _bar; i++)
            {
                Offer(distance, rows[i]);
            }

            return;
        }

        if (_keys.Length - _kept < rows.Length)
        {
            Grow(_kept + rows.Length);
        }

        var keys = _keys.AsSpan(_kept, rows.Length);
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = ((ulong)(uint)distance << 32) | (uint)rows[i];
        }

        _kept += rows.Length;
    }

    /// <summary>Takes over what another of the same capacity and radius has found.</summary>
    public void Merge(NearestRows other)
    {
        foreach (var key in other._keys.AsSpan(0, other._kept))
        {
            if ((int)(key >> 32) <= _bar)
            {
                Offer((int)(key >> 32), (int)(uint)key);
            }
        }
    }

    /// <summary>The rows as hits, in order. No offers may follow.</summary>
    public HammingHit[] ToHits()
    {
        DropBeyondBar();

        var inOrder = true;
        uint before = 0, greatest = 0;
        foreach (var key in _keys.AsSpan(0, _kept))
        {
            inOrder &= (uint)key >= before;
            before = (uint)key;
            greatest = Math.Max(greatest, before);
        }

        if (_capacity == int.MaxValue)
        {
            foreach (var key in _keys.AsSpan(0, _kept))
            {
                _counts[(int)(key >> 32)]++;
            }
        }

        if (!inOrder)
        {
            SortByRow(greatest);
        }

        // The histogram tells where the rows of each distance go.
        var next = ArrayPool<int>.Shared.Rent(_bar + 1);
        for (int d = 0, start = 0; d <= _bar; start += _counts[d], d++)
        {
            next[d] = start;
        }

        var hits = GC.AllocateUninitializedArray<HammingHit>(Math.Min(_capacity, _kept));
        foreach (var key in _keys.AsSpan(0, _kept))
        {
            var (distance, row) = ((int)(key >> 32), (int)(uint)key);
            var place = next[distance]++;
            if (place < hits.Length)
            {
                hits[place] = new HammingHit(row, distance);
            }
        }

        ArrayPool<int>.Shared.Return(next);
        return hits;
    }

    /// <summary>Sorts what is kept by its rows.</summary>
    /// <param name="greatest">The greatest of these.</param>
    private void SortByRow(uint greatest)
    {
        if (_kept < MinRadix)
        {
            _keys.AsSpan(0, _kept).Sort();
            return;
        }

        // Some bits at a time, the least significant ones first; each pass keeps the order of the one before.
        var bits = _kept < ManyRows ? 8 : 11;
        var mask = (1u << bits) - 1;
        var sorted = ArrayPool<ulong>.Shared.Rent(_keys.Length);
        Span<int> places = stackalloc int[1 << bits];
        for (var shift = 0; shift < 32 && greatest >> shift != 0; shift += bits)
        {
            places.Clear();
            foreach (var key in _keys.AsSpan(0, _kept))
            {
                places[(int)(((uint)key >> shift) & mask)]++;
            }

            var start = 0;
            foreach (ref var place in places)
            {
                (place, start) = (start, start + place);
            }

            foreach (var key in _keys.AsSpan(0, _kept))
            {
                sorted[places[(int)(((uint)key >> shift) & mask)]++] = key;
            }

            (_keys, sorted) = (sorted, _keys);
        }

        ArrayPool<ulong>.Shared.Return(sorted);
    }

    public void Dispose()
    {
        if (_keys.Length > 0)
        {
            ArrayPool<ulong>.Shared.Return(_keys);
            ArrayPool<int>.Shared.Return(_counts);
            _keys = [];
            _kept = 0;
        }
    }

    private void MakeRoom()
    {
        DropBeyondBar();

        // Where most were still wanted, the next time must be later: half the buffer free pays for the pass.
        if (_kept > _keys.Length / 2)
        {
            Grow(_keys.Length + 1);
        }
    }

    private void Grow(int least)
    {
        var larger = ArrayPool<ulong>.Shared.Rent(Math.Max(least, _keys.Length * 2));
        _keys.AsSpan(0, _kept).CopyTo(larger);
        ArrayPool<ulong>.Shared.Return(_keys);
        _keys = larger;
    }

    private void DropBeyondBar()
    {
        if (_bar == _radius)
        {
            return; // it has not moved
        }

        var end = ((ulong)(uint)_bar + 1) << 32;
        var kept = 0;
        for (var i = 0; i < _kept; i++)
        {
            if (_keys[i] < end)
            {
                _keys[kept++] = _keys[i];
            }
        }

        _kept = kept;
    }
}
