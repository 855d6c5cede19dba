using Pipeline.VectorIndex.Kernels;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex;

/// <summary>Every kernel this processor can run computes what the scalar one does, to the last bit.</summary>
public unsafe class KernelAgreement
{
    private delegate float Dot(float* x, float* y, int length);

    [Fact]
    public void Dot_products_agree_bit_for_bit_at_every_padded_length()
    {
        (string Name, bool Supported, Dot Run)[] kernels =
        [
            ("256", DotVector256.IsSupported, DotVector256.Dot),
            ("512", DotVector512.IsSupported, DotVector512.Dot),
            ("picked", true, DotKernel.Dot),
        ];
        var random = new Random(1);
        foreach (var (name, _, run) in kernels.Where(k => k.Supported))
        {
            for (var length = DotKernel.Padding; length <= 1024; length += DotKernel.Padding)
            {
                var x = Values(random, length);
                var y = Values(random, length);
                fixed (float* px = x, py = y)
                {
                    var expected = DotScalar.Dot(px, py, length);
                    Assert.True(expected.Equals(run(px, py, length)), $"{name} differs at length {length}");
                    Assert.True(expected.Equals(run(py, px, length)), $"{name} is not symmetric at length {length}");
                }
            }
        }
    }

    [Fact]
    public void The_scalar_dot_product_is_right()
    {
        var random = new Random(2);
        for (var length = DotKernel.Padding; length <= 1024; length += DotKernel.Padding)
        {
            var x = Values(random, length);
            var y = Values(random, length);
            var exact = x.Zip(y, (a, b) => (double)a * b).Sum();
            var scale = Math.Sqrt(x.Sum(a => (double)a * a) * y.Sum(b => (double)b * b));
            fixed (float* px = x, py = y)
            {
                Assert.Equal(exact / scale, DotScalar.Dot(px, py, length) / scale, 1e-6);
            }
        }
    }

    private static float[] Values(Random random, int length) =>
        [.. Enumerable.Range(0, length).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 4))))];
}
