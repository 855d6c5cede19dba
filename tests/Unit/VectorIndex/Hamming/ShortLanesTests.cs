using System.Numerics;
using Pipeline.VectorIndex.Kernels;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex.Hamming;

/// <summary>Every width finds the codes that counting bits finds.</summary>
public class ShortLanesTests
{
    [Fact]
    public void One_code_at_a_time() => Agrees_with_counting_bits<ShortLanes16>();

    [Fact]
    public void Sixteen_codes_at_a_time()
    {
        if (ShortLanes256.IsSupported)
        {
            Agrees_with_counting_bits<ShortLanes256>();
        }
    }

    [Fact]
    public void Thirty_two_codes_at_a_time()
    {
        if (ShortLanes512.IsSupported)
        {
            Agrees_with_counting_bits<ShortLanes512>();
        }
    }

    private static unsafe void Agrees_with_counting_bits<TLanes>()
        where TLanes : struct, IShortLanes
    {
        var random = new Random(1);
        var distances = stackalloc short[TLanes.Codes];
        for (var round = 0; round < 400; round++)
        {
            var planes = 1 + (round % 4);
            var used = ulong.MaxValue >> (64 - (planes * IShortLanes.PlaneBits));
            var stride = TLanes.Codes + random.Next(9);
            var query = ((ulong)random.NextInt64() << random.Next(2)) & used;
            ulong[] codes = [.. Enumerable.Range(0, TLanes.Codes).Select(_ => query ^ (Difference(random) & used))];
            var inPlanes = new ushort[planes * stride];
            for (var i = 0; i < inPlanes.Length; i++)
            {
                inPlanes[i] = i % stride < codes.Length ? (ushort)(codes[i % stride] >> (i / stride * IShortLanes.PlaneBits)) : (ushort)random.Next();
            }

            ushort[] queryInPlanes = [.. Enumerable.Range(0, planes).Select(plane => (ushort)(query >> (plane * IShortLanes.PlaneBits)))];
            fixed (ushort* first = inPlanes, compared = queryInPlanes)
            {
                foreach (var limit in (int[])[-3, -1, 0, 1, 8, 31, 63, 64])
                {
                    Assert.Equal(Bits(codes, code => Distance(code, query) <= limit), TLanes.Within(first, stride, planes, compared, limit, distances));
                    Assert.Equal(codes.Select(code => (short)Distance(code, query)), new Span<short>(distances, TLanes.Codes).ToArray());
                }

                foreach (var mask in (ulong[])[0, 0xFFFF, 0x1F_FFFF_0000, 0x7FFF_FFE0_0000_0000, 1UL << 63, ulong.MaxValue])
                {
                    foreach (var least in (int[])[0, 1, 2, 16, 17, 64])
                    {
                        var ofPlanes = mask & used;
                        Assert.Equal(
                            Bits(codes, code => Distance(code & ofPlanes, query & ofPlanes) >= least),
                            TLanes.Beyond(first, stride, query, ofPlanes, least));
                    }
                }
            }
        }
    }

    private static ulong Difference(Random random) => random.Next(3) switch
    {
        0 => (ulong)random.NextInt64() << random.Next(2),
        1 => (1UL << random.Next(64)) - 1,
        _ => (1UL << random.Next(64)) | (1UL << random.Next(64)),
    };

    private static int Distance(ulong a, ulong b) => BitOperations.PopCount(a ^ b);

    private static uint Bits(ulong[] codes, Func<ulong, bool> isSet) =>
        codes.Select((code, i) => isSet(code) ? 1u << i : 0).Aggregate(0u, (all, bit) => all | bit);
}
