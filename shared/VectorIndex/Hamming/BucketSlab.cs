using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Pipeline.VectorIndex.Kernels;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>
/// Buckets of one table, each in one piece of two parallel arrays: words, and a value beside each. A bucket's room is the
/// least of some sizes that holds it; it moves when that changes, and what it leaves is used again.
/// </summary>
internal sealed class BucketSlab
{
    private const int LineWords = 8;
    private const int Slack = LineWords - 1 + IWordLanes.ReadAhead;

    // First free piece of each size, −1: none. The first value of a free piece is the next one.
    private readonly int[] _free = [.. Enumerable.Repeat(-1, 128)];
    private ulong[] _words = LargeArrays.Allocate<ulong>(64 + Slack);
    private int[] _values = new int[64];
    private int _end;

    // What lies before place 0 of the words, so that it begins a cache line.
    private int _skipped;

    /// <summary>The value at a place of the slab.</summary>
    public int Value(int place) => _values[place];

    /// <summary>The words, from place 0 on, until the slab changes: its arrays are pinned.</summary>
    public unsafe ulong* Words => (ulong*)Unsafe.AsPointer(ref _words[_skipped]);

    /// <summary>Fetches the value at a place into the cache.</summary>
    public unsafe void PrefetchValue(int place)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref _values[place]));
        }
    }

    public void Add(ref Bucket bucket, ulong word, int value)
    {
        var (start, count) = bucket;
        if (count == 0 || count == Room(count))
        {
            start = Move(bucket, Room(count + 1));
        }

        (_words[_skipped + start + count], _values[start + count]) = (word, value);
        bucket = new Bucket(start, count + 1);
    }

    /// <summary>Puts another value in the place of one that the bucket has.</summary>
    public void Replace(Bucket bucket, int value, int replacement) =>
        _values[bucket.Start + _values.AsSpan(bucket.Start, bucket.Count).IndexOf(value)] = replacement;

    public void Remove(ref Bucket bucket, int value)
    {
        var (start, count) = bucket;
        var last = start + count - 1;
        var at = start + _values.AsSpan(start, count).IndexOf(value);
        (_words[_skipped + at], _values[at]) = (_words[_skipped + last], _values[last]);
        bucket = new Bucket(start, count - 1);
        if (count == 1)
        {
            Release(start, 1);
            bucket = default;
        }
        else if (Room(count - 1) < Room(count))
        {
            // Room is always what the count says, so the larger piece goes back whole.
            var moved = Allocate(Room(count - 1));
            Copy(start, moved, count - 1);
            Release(start, Room(count));
            bucket = new Bucket(moved, count - 1);
        }
    }

    /// <summary>Gives a bucket that is full another room.</summary>
    private int Move(Bucket bucket, int room)
    {
        var moved = Allocate(room);
        if (bucket.Count > 0)
        {
            Copy(bucket.Start, moved, bucket.Count);
            Release(bucket.Start, Room(bucket.Count));
        }

        return moved;
    }

    private void Copy(int from, int to, int count)
    {
        _words.AsSpan(_skipped + from, count).CopyTo(_words.AsSpan(_skipped + to));
        _values.AsSpan(from, count).CopyTo(_values.AsSpan(to));
    }

    private int Allocate(int room)
    {
        ref var free = ref _free[Size(room)];
        if (free >= 0)
        {
            var piece = free;
            free = _values[piece];
            return piece;
        }

        // No more lines than it needs, unless it is short.
        var alignment = room >= LineWords ? LineWords : 1;
        var start = (_end + alignment - 1) / alignment * alignment;
        _end = checked(start + room);
        if (_end > _values.Length)
        {
            Grow((int)Math.Min(Array.MaxLength - Slack, Math.Max(_end, _values.Length * 2L)));
        }

        return start;
    }

    private unsafe void Grow(int length)
    {
        var words = LargeArrays.Allocate<ulong>(length + Slack);
        var skipped = (int)(-(nint)Unsafe.AsPointer(ref words[0]) / sizeof(ulong)) & (LineWords - 1);
        _words.AsSpan(_skipped, _values.Length).CopyTo(words.AsSpan(skipped));
        (_words, _skipped) = (words, skipped);
        LargeArrays.Grow(ref _values, length);
    }

    private void Release(int start, int room)
    {
        ref var free = ref _free[Size(room)];
        _values[start] = free;
        free = start;
    }

    /// <summary>Lays all buckets out anew, one behind the other in their order, without what they left behind.</summary>
    public void Compact(Span<Bucket> buckets)
    {
        var (words, skipped, values, end) = (_words, _skipped, _values, _end);
        _free.AsSpan().Fill(-1);
        _end = 0;
        (_words, _skipped, _values) = ([], 0, []);
        Grow(end);
        foreach (ref var bucket in buckets)
        {
            var (start, count) = bucket;
            if (count > 0)
            {
                bucket = new Bucket(Allocate(Room(count)), count);
                words.AsSpan(skipped + start, count).CopyTo(_words.AsSpan(_skipped + bucket.Start));
                values.AsSpan(start, count).CopyTo(_values.AsSpan(bucket.Start));
            }
        }
    }

    /// <summary>Places for so many values: one of four sizes for each power of two.</summary>
    private static int Room(int count)
    {
        var step = 1 << Math.Max(0, BitOperations.Log2((uint)count - 1) - 2);
        return (count + step - 1) / step * step;
    }

    /// <summary>Which size a room has: 0 for 1, 3 for 4, then four for each power of two.</summary>
    private static int Size(int room)
    {
        var log = Math.Max(2, BitOperations.Log2((uint)room - 1));
        return room <= 4 ? room - 1 : (4 * (log - 1)) - 1 + ((room - 1) >> (log - 2)) - 3;
    }
}
