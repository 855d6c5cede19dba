using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Pipeline.VectorIndex.Kernels;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>
/// Buckets of one table, each in one piece of two parallel arrays: words, and the records they are of. A bucket's room is the
/// power of two that holds it; it moves when that changes, and what it leaves is used again.
/// </summary>
internal sealed class BucketSlab
{
    private const int LineWords = 8;

    // First free piece of each size, −1: none. The first record of a free piece is the next one.
    private readonly int[] _free = [.. Enumerable.Repeat(-1, 32)];
    private ulong[] _words = new ulong[64 + WordDistance.ReadAhead];
    private int[] _records = new int[64];
    private int _end;

    public ReadOnlySpan<ulong> Words(Bucket bucket) => _words.AsSpan(bucket.Start, bucket.Count);

    /// <summary>The record at a place of the slab.</summary>
    public int Record(int place) => _records[place];

    /// <summary>Fetches the bucket's first words into the cache; what follows the processor foresees.</summary>
    public unsafe void PrefetchWords(Bucket bucket)
    {
        for (var word = 0; Sse.IsSupported && word < Math.Min(bucket.Count, 4 * LineWords); word += LineWords)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref _words[bucket.Start + word]));
        }
    }

    /// <summary>Fetches the record at a place into the cache.</summary>
    public unsafe void PrefetchRecord(int place)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref _records[place]));
        }
    }

    public void Add(ref Bucket bucket, ulong word, int record)
    {
        var (start, count) = bucket;
        if (count == 0 || count == Room(count))
        {
            start = Move(bucket, Room(count + 1));
        }

        (_words[start + count], _records[start + count]) = (word, record);
        bucket = new Bucket(start, count + 1);
    }

    public void Remove(ref Bucket bucket, int record)
    {
        var (start, count) = bucket;
        var last = start + count - 1;
        var at = start + _records.AsSpan(start, count).IndexOf(record);
        (_words[at], _records[at]) = (_words[last], _records[last]);
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
        _words.AsSpan(from, count).CopyTo(_words.AsSpan(to));
        _records.AsSpan(from, count).CopyTo(_records.AsSpan(to));
    }

    private int Allocate(int room)
    {
        ref var free = ref _free[BitOperations.Log2((uint)room)];
        if (free >= 0)
        {
            var piece = free;
            free = _records[piece];
            return piece;
        }

        var start = _end;
        _end = checked(start + room);
        if (_end > _records.Length)
        {
            var length = (int)Math.Min(Array.MaxLength - WordDistance.ReadAhead, Math.Max(_end, _records.Length * 2L));
            Array.Resize(ref _words, length + WordDistance.ReadAhead);
            Array.Resize(ref _records, length);
        }

        return start;
    }

    private void Release(int start, int room)
    {
        ref var free = ref _free[BitOperations.Log2((uint)room)];
        _records[start] = free;
        free = start;
    }

    private static int Room(int count) => (int)BitOperations.RoundUpToPowerOf2((uint)count);
}
