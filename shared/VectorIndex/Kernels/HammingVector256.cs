using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.VectorIndex.Kernels;

/// <summary><see cref="HammingScalar"/> for AVX2: four rows at a time, bits counted by a table of nibbles.</summary>
internal static unsafe class HammingVector256
{
    public static bool IsSupported => Avx2.IsSupported;

    public static void Score64(ulong* planes, int planeStride, ulong* query, int words, float* scores)
    {
        var table = Vector256.Create(BitCounts.OfNibbles, BitCounts.OfNibbles);
        var nibble = Vector256.Create((byte)0x0F);
        for (var r = 0; r < 64; r += 4)
        {
            var distance = Vector256<ulong>.Zero;
            for (var j = 0; j < words; j++)
            {
                var difference = (Vector256.Load(planes + (j * planeStride) + r) ^ Vector256.Create(query[j])).AsByte();
                var counts = Avx2.Shuffle(table, difference & nibble)
                    + Avx2.Shuffle(table, (difference.AsUInt16() >>> 4).AsByte() & nibble);
                distance += Avx2.SumAbsoluteDifferences(counts, Vector256<byte>.Zero).AsUInt64();
            }

            for (var lane = 0; lane < 4; lane++)
            {
                scores[r + lane] = -(int)distance.GetElement(lane);
            }
        }
    }
}
