using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.VectorIndex.Kernels;

/// <summary>Words in a register of 256 bits.</summary>
internal readonly unsafe struct WordLanes256 : IWordLanes
{
    public static bool IsSupported => Avx2.IsSupported;

    public static int Words => Vector256<ulong>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Within(ulong* words, ulong query, int limit)
    {
        var distances = Count(Vector256.Load(words) ^ Vector256.Create(query));
        return (uint)Vector256.LessThanOrEqual(distances, Vector256.Create((long)limit)).ExtractMostSignificantBits();
    }

    public static uint Beyond(ulong* words, ulong query, ReadOnlySpan<ulong> masks, int least, int oneMore)
    {
        var difference = Vector256.Load(words) ^ Vector256.Create(query);
        var beyond = Vector256<long>.AllBitsSet;
        var asking = least > 0 ? masks.Length : oneMore;
        for (var m = 0; m < asking; m++)
        {
            var bits = Vector256.Create((long)(least + (m < oneMore ? 1 : 0)));
            beyond &= Vector256.GreaterThanOrEqual(Count(difference & Vector256.Create(masks[m])), bits);
        }

        return (uint)beyond.ExtractMostSignificantBits();
    }

    /// <summary>The number of bits set in each word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<long> Count(Vector256<ulong> words)
    {
        // Byte n is the number of bits set in n.
        var half = Vector128.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
        var table = Vector256.Create(half, half);
        var nibble = Vector256.Create((byte)0x0F);
        var counts = Avx2.Shuffle(table, words.AsByte() & nibble)
            + Avx2.Shuffle(table, (words.AsUInt16() >>> 4).AsByte() & nibble);
        return Avx2.SumAbsoluteDifferences(counts, Vector256<byte>.Zero).AsInt64();
    }
}
