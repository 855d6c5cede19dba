using FsCheck;
using FsCheck.Fluent;
using Pipeline.Sift;
using Xunit;

namespace Pipeline.Tests.Unit.Sift;

public sealed class DescriptorMatcherTests
{
    /// <summary>Few distinct values make ties; full-range values reach the largest distances.</summary>
    private static readonly Gen<(byte[] Query, byte[] Candidate, float Ratio)> Sets =
        from n in Gen.Choose(0, 23)
        from m in Gen.Choose(0, 23)
        from levels in Gen.Elements(2, 3, 256)
        from seed in Gen.Choose(0, int.MaxValue)
        from ratio in Gen.Elements(0.6f, 0.8f, 0.95f, 1f)
        select (Descriptors(seed, n, levels), Descriptors(seed / 2, m, levels), ratio);

    [Fact]
    public void Every_path_of_this_processor_agrees_with_the_definition() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(400),
        Prop.ForAll(Sets.ToArbitrary(), s =>
            DescriptorMatcher.Paths.All(path => DescriptorMatcher.Match(s.Query, s.Candidate, s.Ratio, path).SequenceEqual(BruteForce(s.Query, s.Candidate, s.Ratio)))));

    [Fact]
    public void A_set_matches_itself_one_to_one()
    {
        var descriptors = TestScenes.RandomDescriptors(5, 101);
        Assert.Equal(Enumerable.Range(0, 101).Select(i => (i, i)), DescriptorMatcher.Match(descriptors, descriptors, 0.8f));
    }

    private static byte[] Descriptors(int seed, int count, int levels)
    {
        var random = new Random(seed);
        var bytes = new byte[count * SiftFeatures.DescriptorSize];
        for (var i = 0; i < bytes.Length; i++)
        {
            // Mostly alike within a row, so that equal rows do occur.
            bytes[i] = (byte)(levels == 256 ? random.Next(256) : i % SiftFeatures.DescriptorSize < 3 ? random.Next(levels) * 255 / (levels - 1) : 9);
        }

        return bytes;
    }

    private static IEnumerable<(int Query, int Candidate)> BruteForce(byte[] query, byte[] candidate, float ratio)
    {
        var left = query.Chunk(SiftFeatures.DescriptorSize).ToArray();
        var right = candidate.Chunk(SiftFeatures.DescriptorSize).ToArray();
        for (var i = 0; i < left.Length && right.Length > 0; i++)
        {
            var order = Enumerable.Range(0, right.Length).OrderBy(j => Distance(left[i], right[j])).ToArray();
            var back = Enumerable.Range(0, left.Length).MinBy(k => Distance(left[k], right[order[0]]));
            var passes = order.Length == 1
                || Distance(left[i], right[order[0]]) < (double)ratio * ratio * Distance(left[i], right[order[1]]);
            if (back == i && passes)
            {
                yield return (i, order[0]);
            }
        }
    }

    private static int Distance(byte[] a, byte[] b) => a.Zip(b, (x, y) => (x - y) * (x - y)).Sum();
}
