using Pipeline.Learning.Evidence;
using Xunit;

namespace Pipeline.Tests.Unit.Learning;

public sealed class EvidenceGraphTests
{
    [Fact]
    public void Images_that_pairs_connect_also_through_others_are_one_subject()
    {
        var random = new Random(5);
        for (var round = 0; round < 50; round++)
        {
            const int Images = 40;
            EvidencePair[] pairs = [.. Enumerable.Range(0, random.Next(40))
                .Select(_ => (A: random.Next(Images), B: random.Next(Images))).Where(pair => pair.A != pair.B).Select(pair => new EvidencePair(pair.A, pair.B))];
            var graph = EvidenceGraph.OfPairs(Images, pairs);
            for (var image = 0; image < Images; image++)
            {
                Assert.Equal(Reached(pairs, image).Min(), graph.Subject(image));
                Assert.Equal(pairs.Where(pair => pair.First == image).Select(pair => pair.Second)
                    .Concat(pairs.Where(pair => pair.Second == image).Select(pair => pair.First)).Distinct().Order(), graph.Partners(image));
            }
        }
    }

    [Fact]
    public void A_pair_named_twice_or_the_other_way_round_counts_once()
    {
        var graph = EvidenceGraph.OfPairs(4, [new(0, 2), new(2, 0), new(0, 2)]);
        Assert.Equal(1, graph.PairCount);
        Assert.True(graph.IsPair(2, 0));
        Assert.False(graph.IsPair(0, 1));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(-1, 0)]
    [InlineData(0, 4)]
    public void No_pair_is_refused(int first, int second) =>
        Assert.Throws<ArgumentException>(() => EvidenceGraph.OfPairs(4, [new(first, second)]));

    [Fact]
    public void All_images_of_a_class_are_pairs_and_those_without_one_are_alone()
    {
        var graph = EvidenceGraph.OfClasses([7, -1, 7, 3, 7, -1]);
        Assert.Equal([2, 4], graph.Partners(0));
        Assert.Empty(graph.Partners(1));
        Assert.Empty(graph.Partners(3));
        Assert.Equal([0, 1, 0, 3, 0, 5], Enumerable.Range(0, 6).Select(graph.Subject));
    }

    [Fact]
    public void Whole_subjects_are_kept_back_and_stay_one_subject()
    {
        var graph = EvidenceGraph.OfPairs(100, Enumerable.Range(0, 20).SelectMany(subject => new EvidencePair[]
            { new(5 * subject, (5 * subject) + 1), new((5 * subject) + 1, (5 * subject) + 2), new(5 * subject, (5 * subject) + 3) }));
        var (learned, heldOut) = graph.HoldOut(0.2, seed: 3);

        Assert.InRange(heldOut.Count, 12, 15);
        Assert.Equal(graph.PairCount, learned.PairCount + heldOut.Count);
        var held = heldOut.Select(pair => graph.Subject(pair.First)).ToHashSet();
        Assert.DoesNotContain(learned.Pairs(), pair => held.Contains(graph.Subject(pair.First)));
        Assert.Equal(Enumerable.Range(0, 100).Select(graph.Subject), Enumerable.Range(0, 100).Select(learned.Subject));
        Assert.Equal(heldOut, graph.HoldOut(0.2, seed: 3).HeldOut);
        Assert.NotEqual(heldOut, graph.HoldOut(0.2, seed: 4).HeldOut);
    }

    [Fact]
    public void Something_is_always_left_to_learn_from()
    {
        var one = EvidenceGraph.OfPairs(3, [new(0, 1), new(1, 2)]);
        Assert.Empty(one.HoldOut(0.5, 1).HeldOut);
        var two = EvidenceGraph.OfPairs(4, [new(0, 1), new(2, 3)]);
        Assert.Single(two.HoldOut(0.9, 1).HeldOut);
        Assert.Equal(1, two.HoldOut(0.9, 1).Learned.PairCount);
    }

    [Fact]
    public void Of_what_is_not_learned_from_anyway_a_share_is_kept_back_apart()
    {
        var graph = EvidenceGraph.OfPairs(80, Enumerable.Range(0, 20).SelectMany(subject => new EvidencePair[]
            { new(4 * subject, (4 * subject) + 1), new((4 * subject) + 1, (4 * subject) + 2) }));
        HashSet<int> old = [.. Enumerable.Range(0, 10).Select(subject => graph.Subject(4 * subject))];
        var (learned, heldOut) = graph.HoldOut(0.2, seed: 3, old);

        Assert.Equal([(true, 4), (false, 4)], heldOut.GroupBy(pair => old.Contains(graph.Subject(pair.First))).Select(half => (half.Key, half.Count())).OrderByDescending(half => half.Key));
        Assert.Equal(graph.PairCount, learned.PairCount + heldOut.Count);

        // The only new thing is learned; what is judged by is old.
        var two = EvidenceGraph.OfPairs(4, [new(0, 1), new(2, 3)]);
        Assert.Equal([new EvidencePair(2, 3)], two.HoldOut(0.9, 1, new HashSet<int> { two.Subject(2) }).HeldOut);
    }

    [Fact]
    public void Evidence_among_some_images_and_with_further_ones_is_that_of_the_images_it_names()
    {
        // 0-1-2 are one subject, of which 0 and 2 are connected by 1 alone; 3 and 4 another one.
        var graph = EvidenceGraph.OfPairs(6, [new(0, 1), new(1, 2), new(3, 4)]);
        var some = graph.Among([0, 2, 3, 4]);
        Assert.Equal([new EvidencePair(2, 3)], some.Pairs());
        Assert.Equal([0, 0, 2, 2], Enumerable.Range(0, 4).Select(some.Subject));

        var more = graph.And([7, -1, 7]);
        Assert.Equal([new(0, 1), new(1, 2), new(3, 4), new EvidencePair(6, 8)], more.Pairs());
        Assert.Equal([0, 0, 0, 3, 3, 5, 6, 7, 6], Enumerable.Range(0, 9).Select(more.Subject));
        Assert.True(more.IsPair(8, 6));
    }

    private static HashSet<int> Reached(EvidencePair[] pairs, int image)
    {
        HashSet<int> reached = [image];
        for (var before = 0; before < reached.Count;)
        {
            before = reached.Count;
            foreach (var (first, second) in pairs.Where(pair => reached.Contains(pair.First) || reached.Contains(pair.Second)))
            {
                reached.Add(first);
                reached.Add(second);
            }
        }

        return reached;
    }
}
