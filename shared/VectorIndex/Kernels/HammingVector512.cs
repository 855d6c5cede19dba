using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.VectorIndex.Kernels;

/// <summary><see cref="HammingScalar"/> for AVX-512: eight rows at a time, bits counted by a table of nibbles.</summary>
internal static unsafe class HammingVector512
{
    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512BW.IsSupported && Avx512DQ.IsSupported;

    public static void Score64(ulong* planes, int planeStride, ulong* query, int words, float* scores)
    {
        var half = Vector256.Create(BitCounts.OfNibbles, BitCounts.OfNibbles);
        var table = Vector512.Create(half, half);
        var nibble = Vector512.Create((byte)0x0F);
        for (var r = 0; r < 64; r += 8)
        {
            var distance = Vector512<ulong>.Zero;
            for (var j = 0; j < words; j++)
            {
                var difference = (Vector512.Load(planes + (j * planeStride) + r) ^ Vector512.Create(query[j])).AsByte();
                var counts = Avx512BW.Shuffle(table, difference & nibble)
                    + Avx512BW.Shuffle(table, (difference.AsUInt16() >>> 4).AsByte() & nibble);
                distance += Avx512BW.SumAbsoluteDifferences(counts, Vector512<byte>.Zero).AsUInt64();
            }

            // Subtracted from zero, not negated: a distance of zero is to score 0, not −0.
            (Vector256<float>.Zero - Avx512DQ.ConvertToVector256Single(distance.AsInt64())).Store(scores + r);
        }
    }
}
