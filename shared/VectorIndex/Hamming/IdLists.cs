using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>
/// Short and long lists of ids in one array, each in one piece, so that a list is read as fast as memory is. A list is known by the
/// place of its piece: the number of ids, then the ids, in any order. It moves as it outgrows its piece or leaves most of it.
/// </summary>
internal sealed class IdLists
{
    private const int LeastRoom = 4;

    // First free piece of 2^i numbers, −1: none. The first number of a free piece is the next one.
    private readonly int[] _free = [.. Enumerable.Repeat(-1, 32)];
    private int[] _numbers = [];
    private int _end;

    /// <summary>The ids of a list.</summary>
    public ReadOnlySpan<int> Ids(int list) => _numbers.AsSpan(list + 1, _numbers[list]);

    /// <summary>Fetches a list's beginning into the cache.</summary>
    public unsafe void Prefetch(int list)
    {
        CacheLines.Fetch(Unsafe.AsPointer(ref _numbers[list]));
    }

    /// <summary>Makes a list of two ids.</summary>
    public int Create(int first, int second)
    {
        var list = Allocate(LeastRoom);
        (_numbers[list], _numbers[list + 1], _numbers[list + 2]) = (2, first, second);
        return list;
    }

    /// <summary>Adds an id, and says where the list is now.</summary>
    public int Add(int list, int id)
    {
        var count = _numbers[list];
        list = Fit(list, count + 1);
        _numbers[list] = count + 1;
        _numbers[list + 1 + count] = id;
        return list;
    }

    /// <summary>Removes an id that a list of three or more has, and says where the list is now.</summary>
    public int Remove(int list, int id)
    {
        var ids = _numbers.AsSpan(list + 1, _numbers[list]);
        ids[ids.IndexOf(id)] = ids[^1];
        var count = ids.Length - 1;
        _numbers[list] = count;
        return Fit(list, count, ids.Length);
    }

    /// <summary>Ends a list.</summary>
    public void Delete(int list) => Release(list, Room(_numbers[list]));

    private int Fit(int list, int count) => Fit(list, count, count - 1);

    /// <summary>Moves a list if its room is not what so many ids take.</summary>
    private int Fit(int list, int count, int before)
    {
        if (Room(count) == Room(before))
        {
            return list;
        }

        var moved = Allocate(Room(count));
        _numbers.AsSpan(list, Math.Min(count, before) + 1).CopyTo(_numbers.AsSpan(moved));
        Release(list, Room(before));
        return moved;
    }

    private int Allocate(int room)
    {
        ref var free = ref _free[BitOperations.Log2((uint)room)];
        if (free >= 0)
        {
            var piece = free;
            free = _numbers[piece];
            return piece;
        }

        var start = _end;
        _end = checked(start + room);
        if (_end > _numbers.Length)
        {
            LargeArrays.Grow(ref _numbers, (int)Math.Min(Array.MaxLength, Math.Max(_end, Math.Max(64, _numbers.Length * 2L))));
        }

        return start;
    }

    private void Release(int list, int room)
    {
        ref var free = ref _free[BitOperations.Log2((uint)room)];
        _numbers[list] = free;
        free = list;
    }

    private static int Room(int count) => Math.Max(LeastRoom, (int)BitOperations.RoundUpToPowerOf2((uint)count + 1));
}
