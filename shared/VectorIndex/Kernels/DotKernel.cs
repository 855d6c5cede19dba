namespace Pipeline.VectorIndex.Kernels;

/// <summary>Picks the widest dot product this processor has. The conditions are constants to the compiler.</summary>
internal static unsafe class DotKernel
{
    /// <summary>Vectors are padded with zeros to a multiple of this many floats, and start at a multiple of 64 bytes.</summary>
    public const int Padding = 16;

    public static int PaddedLength(int dimensions) => (dimensions + Padding - 1) / Padding * Padding;

    public static float Dot(float* x, float* y, int length)
    {
        if (DotVector512.IsSupported)
        {
            return DotVector512.Dot(x, y, length);
        }

        return DotVector256.IsSupported ? DotVector256.Dot(x, y, length) : DotScalar.Dot(x, y, length);
    }
}
