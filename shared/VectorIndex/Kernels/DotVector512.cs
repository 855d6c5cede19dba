using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.VectorIndex.Kernels;

/// <summary><see cref="DotScalar"/> for AVX-512, bit for bit.</summary>
internal static unsafe class DotVector512
{
    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512F.IsSupported;

    public static float Dot(float* x, float* y, int length)
    {
        Vector512<float> a = default, b = default, c = default, d = default;
        var i = 0;
        for (; i <= length - 64; i += 64)
        {
            a = Add(x, y, i, a);
            b = Add(x, y, i + 16, b);
            c = Add(x, y, i + 32, c);
            d = Add(x, y, i + 48, d);
        }

        if (i < length)
        {
            a = Add(x, y, i, a);
            if (i + 16 < length)
            {
                b = Add(x, y, i + 16, b);
                if (i + 32 < length)
                {
                    c = Add(x, y, i + 32, c);
                }
            }
        }

        var sum = (a + b) + (c + d);
        return Fold.Sum(sum.GetLower() + sum.GetUpper());
    }

    private static Vector512<float> Add(float* x, float* y, int i, Vector512<float> sum) =>
        Avx512F.FusedMultiplyAdd(Vector512.Load(x + i), Vector512.Load(y + i), sum);
}
