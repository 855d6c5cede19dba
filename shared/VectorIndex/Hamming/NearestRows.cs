using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>
/// Collects a query's nearest rows by counting: a histogram of the distances seen says what the worst useful distance is, and
/// only rows that beat it are kept. No heap, and no sorting until the end. Equal distances are ordered by row.
/// </summary>
internal sealed class NearestRows : IDisposable
{
    private const int MinBuffer = 1024;

    /// <summary>Rows from which on sorting them digit by digit pays.</summary>
    private const int MinDigits = 96;

    private readonly int _capacity;
    private readonly int _radius;

    // By distance, where not all rows are wanted.
    private readonly int[] _counts;

    // Distance in the upper half, row in the lower: the order of results.
    private ulong[] _keys;
    private int _kept;

    // Bits that are set in any row.
    private uint _rows;

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
        var counted = AreAllWanted ? 0 : radius + 1;
        _counts = ArrayPool<int>.Shared.Rent(counted);
        _counts.AsSpan(0, counted).Clear();
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

    private bool AreAllWanted => _capacity == int.MaxValue;

    /// <summary>Offers a row whose distance does not exceed <see cref="Bar"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Offer(int distance, int row)
    {
        if (_kept == _keys.Length)
        {
            MakeRoom();
        }

        _keys[_kept++] = ((ulong)(uint)distance << 32) | (uint)row;
        _rows |= (uint)row;
        if (!AreAllWanted)
        {
            MoveBar(distance); // otherwise it stays where it is
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
        if (!AreAllWanted)
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
            _rows |= (uint)rows[i];
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
        if (IsInOrderOfRows())
        {
            SortByDigits(bitsOfRows: 0);
        }
        else if (_kept >= MinDigits)
        {
            SortByDigits(BitLength(_rows));
        }
        else
        {
            _keys.AsSpan(0, _kept).Sort();
        }

        // A key has the bytes of its hit.
        var hits = GC.AllocateUninitializedArray<HammingHit>(Math.Min(_capacity, _kept));
        MemoryMarshal.Cast<ulong, HammingHit>(_keys.AsSpan(0, hits.Length)).CopyTo(hits);
        return hits;
    }

    private void SortByDigits(int bitsOfRows)
    {
        var room = ArrayPool<ulong>.Shared.Rent(_kept);
        DigitSort.Sort(ref _keys, ref room, _kept, 0, bitsOfRows);
        DigitSort.Sort(ref _keys, ref room, _kept, 32, BitLength((uint)_bar));
        ArrayPool<ulong>.Shared.Return(room);
    }

    private bool IsInOrderOfRows()
    {
        uint before = 0;
        foreach (var key in _keys.AsSpan(0, _kept))
        {
            if ((uint)key < before)
            {
                return false;
            }

            before = (uint)key;
        }

        return true;
    }

    private static int BitLength(uint value) => 32 - BitOperations.LeadingZeroCount(value);

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
