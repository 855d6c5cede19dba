using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.VectorIndex.Kernels;

/// <summary>Words in a register of 512 bits.</summary>
internal readonly unsafe struct WordLanes512 : IWordLanes
{
    public static bool IsSupported => Avx512BW.IsSupported && Vector512.IsHardwareAccelerated;

    public static int Words => Vector512<ulong>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Within(ulong* words, ulong query, int limit)
    {
        var distances = Count(Vector512.Load(words) ^ Vector512.Create(query));
        return (uint)Vector512.LessThanOrEqual(distances, Vector512.Create((long)limit)).ExtractMostSignificantBits();
    }

    public static uint Beyond(ulong* words, ulong query, ReadOnlySpan<ulong> masks, int least, int oneMore)
    {
        var difference = Vector512.Load(words) ^ Vector512.Create(query);
        var beyond = Vector512<long>.AllBitsSet;
        var asking = least > 0 ? masks.Length : oneMore;
        for (var m = 0; m < asking; m++)
        {
            var bits = Vector512.Create((long)(least + (m < oneMore ? 1 : 0)));
            beyond &= Vector512.GreaterThanOrEqual(Count(difference & Vector512.Create(masks[m])), bits);
        }

        return (uint)beyond.ExtractMostSignificantBits();
    }

    /// <summary>The number of bits set in each word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<long> Count(Vector512<ulong> words)
    {
        // Byte n is the number of bits set in n.
        var quarter = Vector128.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
        var half = Vector256.Create(quarter, quarter);
        var table = Vector512.Create(half, half);
        var nibble = Vector512.Create((byte)0x0F);
        var counts = Avx512BW.Shuffle(table, words.AsByte() & nibble)
            + Avx512BW.Shuffle(table, (words.AsUInt16() >>> 4).AsByte() & nibble);
        return Avx512BW.SumAbsoluteDifferences(counts, Vector512<byte>.Zero).AsInt64();
    }
}
