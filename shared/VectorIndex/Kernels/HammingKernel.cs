using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.VectorIndex.Kernels;

/// <summary>
/// Compares a block of 512 codes with a query. A block holds its codes in bit planes: bit r of the 512 bits at
/// <c>block + 8 · i</c> is bit i of row r.
/// </summary>
/// <remarks>
/// Distances are never put together row by row: planes are added by carry-save adders (Harley and Seal), which leaves the
/// distances of all rows as binary numbers in planes of their own, and these are compared with the limit as a whole. That
/// costs a fraction of an instruction a row and bit, in logic that every vector unit has; counting bits within rows
/// costs a table look-up a byte where .NET offers no vector instruction for it. (The arrangement is ours.)
/// </remarks>
internal static unsafe class HammingKernel
{
    /// <summary>Rows in a block.</summary>
    public const int BlockRows = 512;

    /// <summary>Words in a plane of a block.</summary>
    public const int PlaneWords = BlockRows / 64;

    /// <summary>Planes of a distance that are kept in registers.</summary>
    private const int LowPlanes = 6;

    /// <summary>Planes that distances of so many bits take in the kernel's output.</summary>
    public static int DistancePlanes(int planes) => Math.Max(LowPlanes, 32 - int.LeadingZeroCount(planes));

    /// <summary>The rows within a distance, by the widest lanes this processor has.</summary>
    /// <param name="block">The block, best aligned to 64 bytes.</param>
    /// <param name="query">For each plane a word: all ones where the query's bit is set, else zero.</param>
    /// <param name="planes">Number of planes, a multiple of 8.</param>
    /// <param name="above">For each plane of the limit a word: zero where its bit is set, else all ones.</param>
    /// <param name="hits">Receives 512 bits: the rows whose distance does not exceed the limit.</param>
    /// <param name="distances">Receives <see cref="DistancePlanes"/> planes of distances; whole only where lanes have a hit.</param>
    /// <returns>Whether there is a hit.</returns>
    public static bool Within(ulong* block, ulong* query, int planes, ulong* above, ulong* hits, ulong* distances) =>
        BitLanes512.IsSupported ? Within<BitLanes512>(block, query, planes, above, hits, distances)
        : BitLanes256.IsSupported ? Within<BitLanes256>(block, query, planes, above, hits, distances)
        : Within<BitLanes64>(block, query, planes, above, hits, distances);

    /// <summary>The same by given lanes.</summary>
    public static bool Within<T>(ulong* block, ulong* query, int planes, ulong* above, ulong* hits, ulong* distances)
        where T : struct, IBitLanes<T>
    {
        var any = false;
        for (var lane = 0; lane < PlaneWords; lane += T.Words)
        {
            any |= Lanes<T>(block + lane, query, planes, above, hits + lane, distances + lane);
        }

        return any;
    }

    /// <summary>Negated distances of 64 rows, as <c>block</c> points to a word of the first plane.</summary>
    public static void Score64(ulong* block, ulong* query, int planes, float* scores)
    {
        var count = DistancePlanes(planes);
        var distances = stackalloc ulong[count * PlaneWords];
        var above = stackalloc ulong[count]; // a limit of all ones: nothing is above
        ulong hits;
        for (var j = 0; j < count; j++)
        {
            above[j] = 0;
        }

        Lanes<BitLanes64>(block, query, planes, above, &hits, distances);
        var places = Vector256.Create(1u, 2, 4, 8, 16, 32, 64, 128);
        for (var r = 0; r < 64; r += 8)
        {
            var sum = Vector256<int>.Zero;
            for (var j = 0; j < count; j++)
            {
                var bits = Vector256.Create((uint)(distances[j * PlaneWords] >> r)) & places;
                sum += Vector256.Equals(bits, places).AsInt32() & Vector256.Create(1 << j);
            }

            // Subtracted from zero, not negated: a distance of zero is to score 0, not −0.
            (Vector256<float>.Zero - Vector256.ConvertToSingle(sum)).Store(scores + r);
        }
    }

    private static bool Lanes<T>(ulong* block, ulong* query, int planes, ulong* above, ulong* hits, ulong* distances)
        where T : struct, IBitLanes<T>
    {
        // Planes of the sums: these count ones, twos, fours and so on.
        T s1 = default, s2 = default, s4 = default, s8 = default, s16 = default, s32 = default;
        var high = distances + (LowPlanes * PlaneWords);
        var highPlanes = DistancePlanes(planes) - LowPlanes;
        for (var j = 0; j < highPlanes; j++)
        {
            T.Store(default, high + (j * PlaneWords));
        }

        var i = 0;
        for (; i + 16 <= planes; i += 16)
        {
            var eights = AddEight(block, query, i, ref s1, ref s2, ref s4);
            var carry = T.Add(ref s8, eights, AddEight(block, query, i + 8, ref s1, ref s2, ref s4));
            carry = T.Add(ref s16, carry);
            carry = T.Add(ref s32, carry);
            AddHigh(high, highPlanes, carry);
        }

        if (i < planes)
        {
            var carry = T.Add(ref s8, AddEight(block, query, i, ref s1, ref s2, ref s4));
            carry = T.Add(ref s16, carry);
            carry = T.Add(ref s32, carry);
            AddHigh(high, highPlanes, carry);
        }

        // A number exceeds the limit if, at the highest place where they differ, it has the one.
        var exceeding = T.Exceeding(s1, above[0], default);
        exceeding = T.Exceeding(s2, above[1], exceeding);
        exceeding = T.Exceeding(s4, above[2], exceeding);
        exceeding = T.Exceeding(s8, above[3], exceeding);
        exceeding = T.Exceeding(s16, above[4], exceeding);
        exceeding = T.Exceeding(s32, above[5], exceeding);
        for (var j = 0; j < highPlanes; j++)
        {
            exceeding = T.Exceeding(T.Load(high + (j * PlaneWords)), above[LowPlanes + j], exceeding);
        }

        if (!T.StoreComplement(exceeding, hits))
        {
            return false;
        }

        T.Store(s1, distances);
        T.Store(s2, distances + PlaneWords);
        T.Store(s4, distances + (2 * PlaneWords));
        T.Store(s8, distances + (3 * PlaneWords));
        T.Store(s16, distances + (4 * PlaneWords));
        T.Store(s32, distances + (5 * PlaneWords));
        return true;
    }

    /// <summary>Adds eight planes, and returns the plane that counts eights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T AddEight<T>(ulong* block, ulong* query, int i, ref T s1, ref T s2, ref T s4)
        where T : struct, IBitLanes<T>
    {
        var plane = block + (i * PlaneWords);
        query += i;
        var a = T.Add(ref s1, T.Difference(plane, query[0]), T.Difference(plane + PlaneWords, query[1]));
        var b = T.Add(ref s1, T.Difference(plane + (2 * PlaneWords), query[2]), T.Difference(plane + (3 * PlaneWords), query[3]));
        var c = T.Add(ref s2, a, b);
        a = T.Add(ref s1, T.Difference(plane + (4 * PlaneWords), query[4]), T.Difference(plane + (5 * PlaneWords), query[5]));
        b = T.Add(ref s1, T.Difference(plane + (6 * PlaneWords), query[6]), T.Difference(plane + (7 * PlaneWords), query[7]));
        return T.Add(ref s4, c, T.Add(ref s2, a, b));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddHigh<T>(ulong* high, int highPlanes, T carry)
        where T : struct, IBitLanes<T>
    {
        for (var j = 0; j < highPlanes; j++)
        {
            var sum = T.Load(high + (j * PlaneWords));
            carry = T.Add(ref sum, carry);
            T.Store(sum, high + (j * PlaneWords));
        }
    }
}
