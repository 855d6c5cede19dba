namespace Pipeline.VectorIndex.Kernels;

/// <summary>
/// The dot product that defines what every kernel computes, to the last bit: element i is added by fused multiply-add to
/// lane i mod 64; the 64 lanes are then folded in half (lane l + lane l+16 within each half, then halves) until one is left.
/// Vector kernels use the same lanes, so a ranking does not depend on the processor.
/// </summary>
internal static unsafe class DotScalar
{
    /// <param name="x">First vector.</param>
    /// <param name="y">Second vector.</param>
    /// <param name="length">A multiple of 16; callers pad with zeros.</param>
    public static float Dot(float* x, float* y, int length)
    {
        var lanes = stackalloc float[64];
        new Span<float>(lanes, 64).Clear();
        for (var i = 0; i < length; i++)
        {
            var lane = i & 63;
            lanes[lane] = MathF.FusedMultiplyAdd(x[i], y[i], lanes[lane]);
        }

        for (var l = 0; l < 16; l++)
        {
            lanes[l] = (lanes[l] + lanes[l + 16]) + (lanes[l + 32] + lanes[l + 48]);
        }

        for (var half = 8; half >= 1; half /= 2)
        {
            for (var l = 0; l < half; l++)
            {
                lanes[l] += lanes[l + half];
            }
        }

        return lanes[0];
    }
}
