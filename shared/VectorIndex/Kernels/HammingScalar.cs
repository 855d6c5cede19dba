using System.Numerics;

namespace Pipeline.VectorIndex.Kernels;

/// <summary>
/// Hamming distances of 64 consecutive rows to a query. Codes lie in word planes: word j of row r of a chunk is
/// <c>planes[j · planeStride + r]</c>. Results are negated distances, exact in a float.
/// </summary>
internal static unsafe class HammingScalar
{
    public static void Score64(ulong* planes, int planeStride, ulong* query, int words, float* scores)
    {
        for (var r = 0; r < 64; r++)
        {
            scores[r] = Score(planes + r, planeStride, query, words);
        }
    }

    public static float Score(ulong* row, int planeStride, ulong* query, int words)
    {
        var distance = 0;
        for (var j = 0; j < words; j++)
        {
            distance += BitOperations.PopCount(row[j * planeStride] ^ query[j]);
        }

        return -distance;
    }
}
