using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.VectorIndex.Kernels;

/// <summary>Codes in a register of 512 bits.</summary>
internal readonly unsafe struct ShortLanes512 : IShortLanes
{
    public static bool IsSupported => Avx512BW.IsSupported && Vector512.IsHardwareAccelerated;

    public static int Codes => Vector512<ushort>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Within(ushort* codes, int stride, int planes, ushort* query, int limit, short* distances)
    {
        var counts = Vector512<byte>.Zero;
        for (var plane = 0; plane < planes; plane++, codes += stride)
        {
            counts += Count(Vector512.Load(codes) ^ Vector512.Create(query[plane]));
        }

        var sums = Sums(counts);
        sums.Store(distances);
        return (uint)Vector512.LessThanOrEqual(sums, Vector512.Create((short)limit)).ExtractMostSignificantBits();
    }

    public static uint Beyond(ushort* codes, int stride, ulong query, ulong mask, int least)
    {
        var counts = Vector512<byte>.Zero;
        for (; mask != 0; mask >>= IShortLanes.PlaneBits, query >>= IShortLanes.PlaneBits, codes += stride)
        {
            if ((ushort)mask != 0)
            {
                counts += Count((Vector512.Load(codes) ^ Vector512.Create((ushort)query)) & Vector512.Create((ushort)mask));
            }
        }

        return (uint)Vector512.GreaterThanOrEqual(Sums(counts), Vector512.Create((short)least)).ExtractMostSignificantBits();
    }

    /// <summary>The number of bits set in each byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Count(Vector512<ushort> words)
    {
        // Byte n of each sixteen is the number of bits set in n. Written out, as the runtime would put copies of sixteen together anew
        // for every word.
        var table = Vector512.Create(
            (byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
            0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
            0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
            0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
        var nibble = Vector512.Create((byte)0x0F);
        return Avx512BW.Shuffle(table, words.AsByte() & nibble) + Avx512BW.Shuffle(table, (words >>> 4).AsByte() & nibble);
    }

    /// <summary>The sums of both bytes of each word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Sums(Vector512<byte> counts) => Avx512BW.MultiplyAddAdjacent(counts, Vector512<sbyte>.One);
}
