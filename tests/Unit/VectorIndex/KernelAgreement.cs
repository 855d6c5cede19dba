using System.Numerics;
using System.Runtime.InteropServices;
using Pipeline.VectorIndex.Kernels;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex;

/// <summary>Every kernel this processor can run computes what the scalar one does, to the last bit.</summary>
public unsafe class KernelAgreement
{
    private delegate float Dot(float* x, float* y, int length);

    private delegate void Hamming(ulong* planes, int planeStride, ulong* query, int words, float* scores);

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

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(16)]
    public void Hamming_distances_agree_with_bit_counts(int words)
    {
        (bool Supported, Hamming Run)[] kernels =
        [
            (true, HammingScalar.Score64), (HammingVector256.IsSupported, HammingVector256.Score64),
            (HammingVector512.IsSupported, HammingVector512.Score64), (true, HammingKernel.Score64),
        ];
        var random = new Random(words);
        var planes = new ulong[words * 64];
        var query = new ulong[words];
        random.NextBytes(MemoryMarshal.AsBytes(planes.AsSpan()));
        random.NextBytes(MemoryMarshal.AsBytes(query.AsSpan()));
        for (var j = 0; j < words; j++)
        {
            planes[j * 64] = query[j]; // row 0 equals the query, row 1 is its complement
            planes[(j * 64) + 1] = ~query[j];
        }

        var expected = Enumerable.Range(0, 64)
            .Select(r => (float)-Enumerable.Range(0, words).Sum(j => BitOperations.PopCount(planes[(j * 64) + r] ^ query[j])));
        foreach (var (_, run) in kernels.Where(k => k.Supported))
        {
            var scores = new float[64];
            fixed (ulong* p = planes, q = query)
            fixed (float* s = scores)
            {
                run(p, 64, q, words, s);
            }

            Assert.Equal(expected, scores);
            Assert.False(float.IsNegative(scores[0]), "a distance of zero scores −0");
        }
    }

    private static float[] Values(Random random, int length) =>
        [.. Enumerable.Range(0, length).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 4))))];
}
