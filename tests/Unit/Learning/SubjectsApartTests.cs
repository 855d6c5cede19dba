using Pipeline.Learning.Evidence;
using Xunit;

namespace Pipeline.Tests.Unit.Learning;

public sealed class SubjectsApartTests
{
    [Fact]
    public void A_pair_is_refused_exactly_where_it_would_connect_two_images_that_are_apart()
    {
        var random = new Random(7);
        var refused = 0;
        for (var round = 0; round < 300; round++)
        {
            const int Images = 14;
            var pairs = Drawn(random, Images, 30);
            var apart = Drawn(random, Images, random.Next(8));
            var subjects = new SubjectsApart(Images, apart);
            var kept = new List<EvidencePair>();
            foreach (var pair in pairs)
            {
                var isFree = !Connects([.. kept, pair], Images, apart);
                Assert.Equal(isFree, subjects.TryJoin(pair.First, pair.Second));
                if (isFree)
                {
                    kept.Add(pair);
                }
                else
                {
                    refused++;
                }
            }

            // What is kept can be offered in any order and is never refused: a subset of it holds as well.
            var again = new SubjectsApart(Images, apart);
            Assert.All(kept.AsEnumerable().Reverse(), pair => Assert.True(again.TryJoin(pair.First, pair.Second)));
        }

        Assert.True(refused > 300);
    }

    [Fact]
    public void Who_is_apart_from_many_stays_so_in_every_subject_that_he_comes_to()
    {
        const int Images = 2000;
        var subjects = new SubjectsApart(Images, Enumerable.Range(1, Images - 1).Select(image => new EvidencePair(0, image)));
        for (var image = 2; image < Images; image++)
        {
            Assert.True(subjects.TryJoin(image - 1, image));
            Assert.False(subjects.TryJoin(0, image));
        }
    }

    [Fact]
    public void An_image_is_not_apart_from_itself() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SubjectsApart(3, [new EvidencePair(1, 1)]));

    private static EvidencePair[] Drawn(Random random, int images, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new EvidencePair(random.Next(images), random.Next(images))).Where(pair => pair.First != pair.Second)];

    /// <summary>By the reachability of every image from every other.</summary>
    private static bool Connects(IReadOnlyList<EvidencePair> pairs, int images, EvidencePair[] apart)
    {
        var reach = new bool[images, images];
        foreach (var (first, second) in pairs)
        {
            reach[first, second] = reach[second, first] = true;
        }

        for (var over = 0; over < images; over++)
        {
            for (var from = 0; from < images; from++)
            {
                for (var to = 0; to < images; to++)
                {
                    reach[from, to] |= reach[from, over] && reach[over, to];
                }
            }
        }

        return apart.Any(pair => reach[pair.First, pair.Second]);
    }
}
