using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.VectorIndex.Kernels;

/// <summary><see cref="DotScalar"/> for AVX2 with FMA, bit for bit.</summary>
internal static unsafe class DotVector256
{
    public static bool IsSupported => Vector256.IsHardwareAccelerated && Fma.IsSupported;

    public static float Dot(float* x, float* y, int length)
    {
        Vector256<float> a0 = default, a1 = default, b0 = default, b1 = default;
        Vector256<float> c0 = default, c1 = default, d0 = default, d1 = default;
        var i = 0;
        for (; i <= length - 64; i += 64)
        {
            a0 = Add(x, y, i, a0);
            a1 = Add(x, y, i + 8, a1);
            b0 = Add(x, y, i + 16, b0);
            b1 = Add(x, y, i + 24, b1);
            c0 = Add(x, y, i + 32, c0);
            c1 = Add(x, y, i + 40, c1);
            d0 = Add(x, y, i + 48, d0);
            d1 = Add(x, y, i + 56, d1);
        }

        if (i < length)
        {
            a0 = Add(x, y, i, a0);
            a1 = Add(x, y, i + 8, a1);
            if (i + 16 < length)
            {
                b0 = Add(x, y, i + 16, b0);
                b1 = Add(x, y, i + 24, b1);
                if (i + 32 < length)
                {
                    c0 = Add(x, y, i + 32, c0);
                    c1 = Add(x, y, i + 40, c1);
                }
            }
        }

        var low = (a0 + b0) + (c0 + d0);
        var high = (a1 + b1) + (c1 + d1);
        return Fold.Sum(low + high);
    }

    private static Vector256<float> Add(float* x, float* y, int i, Vector256<float> sum) =>
        Fma.MultiplyAdd(Vector256.Load(x + i), Vector256.Load(y + i), sum);
}
