namespace Pipeline.VectorIndex.Kernels;

/// <summary>Picks the widest Hamming kernel this processor has.</summary>
internal static unsafe class HammingKernel
{
    public static void Score64(ulong* planes, int planeStride, ulong* query, int words, float* scores)
    {
        if (HammingVector512.IsSupported)
        {
            HammingVector512.Score64(planes, planeStride, query, words, scores);
        }
        else if (HammingVector256.IsSupported)
        {
            HammingVector256.Score64(planes, planeStride, query, words, scores);
        }
        else
        {
            HammingScalar.Score64(planes, planeStride, query, words, scores);
        }
    }
}
