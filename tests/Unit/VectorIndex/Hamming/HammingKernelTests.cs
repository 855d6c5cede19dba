using Pipeline.VectorIndex.Hamming;
using Pipeline.VectorIndex.Kernels;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex.Hamming;

/// <summary>Every width of the Hamming kernel finds exactly the rows that counting bits finds.</summary>
public unsafe class HammingKernelTests
{
    private const int BlockRows = HammingKernel.BlockRows;

    private delegate bool Within(ulong* block, ulong* query, int planes, ulong* above, ulong* hits, ulong* distances);

    public static TheoryData<int> Lengths => [8, .. Codes.Lengths, 264, 512, 1024, 1032];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Every_width_finds_the_rows_within_each_limit_and_their_distances(int bits)
    {
        (bool Supported, Within Run)[] widths =
        [
            (true, HammingKernel.Within<BitLanes64>), (BitLanes256.IsSupported, HammingKernel.Within<BitLanes256>),
            (BitLanes512.IsSupported, HammingKernel.Within<BitLanes512>), (true, HammingKernel.Within),
        ];
        var (codes, planes, query) = Block(bits);
        var expected = codes.Select(code => Codes.Distance(code, codes[0])).ToArray();
        var count = HammingKernel.DistancePlanes(planes.Planes);
        var above = new ulong[count];
        var distances = new ulong[count * HammingKernel.PlaneWords];
        var hits = new ulong[HammingKernel.PlaneWords];
        int[] limits = [0, 1, 7, 8, bits / 4, bits / 2, bits - 1, bits];
        foreach (var (_, run) in widths.Where(width => width.Supported))
        {
            foreach (var limit in limits)
            {
                Array.Fill(distances, 0xDEADul);
                Array.Fill(hits, 0xBEEFul);
                bool any;
                fixed (ulong* a = above, h = hits, d = distances)
                {
                    for (var j = 0; j < count; j++)
                    {
                        a[j] = (limit >> j & 1) != 0 ? 0 : ulong.MaxValue;
                    }

                    any = run(planes.Block(0), query.Words, query.Planes, a, h, d);
                }

                Assert.True(any); // row 0 is the query
                for (var r = 0; r < BlockRows; r++)
                {
                    Assert.Equal(expected[r] <= limit, (hits[r / 64] >> (r % 64) & 1) != 0);
                    if (expected[r] <= limit)
                    {
                        Assert.Equal(expected[r], Enumerable.Range(0, count).Sum(j => (int)(distances[(j * 8) + (r / 64)] >> (r % 64) & 1) << j));
                    }
                }
            }
        }
    }

    [Fact]
    public void A_block_without_a_hit_says_so()
    {
        var planes = new BitPlanes(64);
        for (var r = 0; r < BlockRows; r++)
        {
            planes.Write(r, [255, 255, 255, 255, 255, 255, 255, 255]);
        }

        var query = new PlaneQuery(new byte[8]);
        var scratch = stackalloc ulong[BlockComparer.ScratchWords(64)];
        var comparer = new BlockComparer(query, scratch);
        comparer.SetLimit(63);
        Assert.False(comparer.Compare(planes.Block(0)));
        comparer.SetLimit(64);
        Assert.True(comparer.Compare(planes.Block(0)));
        Assert.Equal(64, comparer.Distance(7, 63));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Scores_are_negated_distances(int bits)
    {
        var (codes, planes, query) = Block(bits);
        for (var word = 0; word < HammingKernel.PlaneWords; word++)
        {
            var scores = new float[64];
            fixed (float* target = scores)
            {
                HammingKernel.Score64(planes.Block(0) + word, query.Words, query.Planes, target);
            }

            Assert.Equal(codes.Skip(word * 64).Take(64).Select(code => (float)-Codes.Distance(code, codes[0])), scores);
            Assert.DoesNotContain(scores, score => score == 0 && float.IsNegative(score));
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_code_comes_back_as_it_was_written_last(int bits)
    {
        var random = new Random(bits);
        var planes = new BitPlanes(bits);
        var codes = new Dictionary<int, byte[]>();
        for (var i = 0; i < 3000; i++)
        {
            var row = random.Next(2600);
            planes.Write(row, codes[row] = Codes.Random(random, bits));
        }

        var read = new byte[bits / 8];
        Assert.All(codes, entry =>
        {
            planes.Read(entry.Key, read);
            Assert.Equal(entry.Value, read);
        });
    }

    private static (byte[][] Codes, BitPlanes Planes, PlaneQuery Query) Block(int bits)
    {
        var codes = Codes.Clustered(new Random(bits), bits, BlockRows);
        codes[BlockRows - 1] = [.. codes[0].Select(value => (byte)~value)];
        var planes = new BitPlanes(bits);
        for (var r = 0; r < BlockRows; r++)
        {
            planes.Write(r, codes[r]);
        }

        return (codes, planes, new PlaneQuery(codes[0]));
    }
}
