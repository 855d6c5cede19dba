using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.VectorIndex.Kernels;

/// <summary>Codes in a register of 256 bits.</summary>
internal readonly unsafe struct ShortLanes256 : IShortLanes
{
    public static bool IsSupported => Avx2.IsSupported;

    public static int Codes => Vector256<ushort>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Within(ushort* codes, int stride, int planes, ushort* query, int limit, short* distances)
    {
        var counts = Vector256<byte>.Zero;
        for (var plane = 0; plane < planes; plane++, codes += stride)
        {
            counts += Count(Vector256.Load(codes) ^ Vector256.Create(query[plane]));
        }

        var sums = Sums(counts);
        sums.Store(distances);
        return (uint)Vector256.LessThanOrEqual(sums, Vector256.Create((short)limit)).ExtractMostSignificantBits();
    }

    public static uint Beyond(ushort* codes, int stride, ulong query, ulong mask, int least)
    {
        var counts = Vector256<byte>.Zero;
        for (; mask != 0; mask >>= IShortLanes.PlaneBits, query >>= IShortLanes.PlaneBits, codes += stride)
        {
            if ((ushort)mask != 0)
            {
                counts += Count((Vector256.Load(codes) ^ Vector256.Create((ushort)query)) & Vector256.Create((ushort)mask));
            }
        }

        return (uint)Vector256.GreaterThanOrEqual(Sums(counts), Vector256.Create((short)least)).ExtractMostSignificantBits();
    }

    /// <summary>The number of bits set in each byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Count(Vector256<ushort> words)
    {
        // Byte n of each sixteen is the number of bits set in n. Written out, as the runtime would put copies of sixteen together anew
        // for every word.
        var table = Vector256.Create(
            (byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
            0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
        var nibble = Vector256.Create((byte)0x0F);
        return Avx2.Shuffle(table, words.AsByte() & nibble) + Avx2.Shuffle(table, (words >>> 4).AsByte() & nibble);
    }

    /// <summary>The sums of both bytes of each word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Sums(Vector256<byte> counts) => Avx2.MultiplyAddAdjacent(counts, Vector256<sbyte>.One);
}
