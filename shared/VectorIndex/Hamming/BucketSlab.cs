using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Pipeline.VectorIndex.Kernels;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>
/// Buckets of one table, each in some whole lines of memory: its codes in planes of 16 bits, then a value for each. A bucket's room is the
/// least of some sizes that holds it; it moves when that changes, and what it leaves is used again.
/// </summary>
internal sealed unsafe class BucketSlab
{
    /// <summary>Lines that do not count: the one within which the first begins, and what is read behind the last.</summary>
    private const int Slack = 1 + (IShortLanes.ReadAhead * sizeof(ushort) / CacheLines.Bytes) + 1;

    // First free piece of each size, −1: none. A free piece begins with the next one.
    private readonly int[] _free = [.. Enumerable.Repeat(-1, 128)];
    private readonly int _planes;

    // Pinned.
    private Vector512<byte>[] _memory = [];
    private byte* _first;
    private int _length;
    private int _end;

    /// <param name="planes">Planes of a code, 1 to 4.</param>
    public BucketSlab(int planes)
    {
        _planes = planes;
        Grow(1);
    }

    /// <summary>
    /// Bits 0 to 15 of the codes of the first bucket, until the slab changes: those of its other codes follow, then its further planes,
    /// <see cref="Room"/> places each, then its values.
    /// </summary>
    public ushort* First => (ushort*)_first;

    /// <summary>Those of the bucket that starts at a place.</summary>
    public static ushort* Codes(ushort* first, int start) => (ushort*)((byte*)first + ((long)start * CacheLines.Bytes));

    /// <summary>Places in a plane of a bucket with so many codes: even, and one of four sizes for each power of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Room(int count)
    {
        // Without a branch for the shortest.
        var step = 1 << (BitOperations.Log2((uint)(count - 1) | 8) - 2);
        return (count + step - 1) & -step;
    }

    public void Add(ref Bucket bucket, ulong code, int value)
    {
        var (start, count) = bucket;
        if (Room(count) < count + 1)
        {
            start = Move(bucket, count + 1);
        }

        bucket = new Bucket(start, count + 1);
        for (var plane = 0; plane < _planes; plane++, code >>= IShortLanes.PlaneBits)
        {
            Plane(bucket, plane)[count] = (ushort)code;
        }

        Values(bucket)[count] = value;
    }

    /// <summary>Puts another value in the place of one that the bucket has.</summary>
    public void Replace(Bucket bucket, int value, int replacement) => Values(bucket)[IndexOf(bucket, value)] = replacement;

    public void Remove(ref Bucket bucket, int value)
    {
        var at = IndexOf(bucket, value);
        var last = bucket.Count - 1;
        for (var plane = 0; plane < _planes; plane++)
        {
            Plane(bucket, plane)[at] = Plane(bucket, plane)[last];
        }

        Values(bucket)[at] = Values(bucket)[last];
        if (last == 0)
        {
            Release(bucket);
            bucket = default;
        }
        else if (Room(last) < Room(bucket.Count))
        {
            bucket = new Bucket(Move(bucket, last), last);
        }
        else
        {
            bucket = bucket with { Count = last };
        }
    }

    /// <summary>Lays all buckets out anew, one behind the other in their order, without what they left behind.</summary>
    public void Compact(Span<Bucket> buckets)
    {
        var memory = _memory;
        var first = _first;
        _free.AsSpan().Fill(-1);
        var length = _end;
        (_memory, _length, _end) = ([], 0, 0);
        Grow(length);
        foreach (ref var bucket in buckets)
        {
            if (bucket.Count > 0)
            {
                var from = first + ((long)bucket.Start * CacheLines.Bytes);
                var lines = Lines(bucket.Count);
                bucket = bucket with { Start = Allocate(bucket.Count) };
                new ReadOnlySpan<Vector512<byte>>(from, lines).CopyTo(new Span<Vector512<byte>>(Codes(bucket.Start), lines));
            }
        }

        GC.KeepAlive(memory);
    }

    private ushort* Codes(int start) => Codes(First, start);

    private ushort* Plane(Bucket bucket, int plane) => Codes(bucket.Start) + (plane * Room(bucket.Count));

    private int* Values(Bucket bucket) => (int*)Plane(bucket, _planes);

    private int IndexOf(Bucket bucket, int value) => new ReadOnlySpan<int>(Values(bucket), bucket.Count).IndexOf(value);

    /// <summary>Gives a bucket the room for another number of codes, and says where it is.</summary>
    private int Move(Bucket bucket, int count)
    {
        var moved = new Bucket(Allocate(count), count);
        if (bucket.Count > 0)
        {
            var kept = Math.Min(bucket.Count, count);
            for (var plane = 0; plane < _planes; plane++)
            {
                new ReadOnlySpan<ushort>(Plane(bucket, plane), kept).CopyTo(new Span<ushort>(Plane(moved, plane), kept));
            }

            new ReadOnlySpan<int>(Values(bucket), kept).CopyTo(new Span<int>(Values(moved), kept));
            Release(bucket);
        }

        return moved.Start;
    }

    private int Allocate(int count)
    {
        ref var free = ref _free[Size(count)];
        if (free >= 0)
        {
            var piece = free;
            free = *(int*)Codes(piece);
            return piece;
        }

        var start = _end;
        _end = checked(start + Lines(count));
        if (_end > _length)
        {
            Grow((int)Math.Min(Array.MaxLength - Slack, Math.Max(_end, _length * 2L)));
        }

        return start;
    }

    private void Release(Bucket bucket)
    {
        ref var free = ref _free[Size(bucket.Count)];
        *(int*)Codes(bucket.Start) = free;
        free = bucket.Start;
    }

    private void Grow(int length)
    {
        var memory = LargeArrays.Allocate<Vector512<byte>>(length + Slack);
        var start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(memory));
        var first = start + (-(nint)start & (CacheLines.Bytes - 1));
        new ReadOnlySpan<Vector512<byte>>(_first, _length).CopyTo(new Span<Vector512<byte>>(first, _length));
        (_memory, _length) = (memory, length);
        _first = first;
    }

    private int Lines(int count) =>
        (int)((((long)Room(count) * ((_planes * sizeof(ushort)) + sizeof(int))) + CacheLines.Bytes - 1) / CacheLines.Bytes);

    /// <summary>Which size the room of a bucket has: 0 to 3 for 2, 4, 6 and 8, then four for each power of two.</summary>
    private static int Size(int count)
    {
        var room = Room(count);
        var log = Math.Max(2, BitOperations.Log2((uint)room - 1));
        return room <= 8 ? (room / 2) - 1 : (4 * (log - 3)) + 3 + ((room - (1 << log)) >> (log - 2));
    }
}
