using Pipeline.Neighbours;
using Pipeline.Neighbours.Graph;
using Pipeline.Neighbours.Pairs;
using Xunit;

namespace Pipeline.Tests.Unit.Neighbours;

public sealed class PairMinerTests
{
    private static readonly MiningOptions Options = new() { CnnNeighbours = 3, SiftNeighbours = 4, ReturnNeighbours = 5 };

    [Fact]
    public void Reciprocal_neighbours_are_those_of_the_definition()
    {
        var nearest = ExactNeighbours.OfDense(RandomRows.Dense(seed: 5, count: 60, dimensions: 4), 10);

        for (var i = 0; i < nearest.Length; i++)
        {
            var expected = Enumerable.Range(0, nearest.Length)
                .Where(j => nearest[i].Take(3).Contains(j) && nearest[j].Take(5).Contains(i)).ToHashSet();
            Assert.True(expected.SetEquals(ReciprocalNeighbours.Of(i, j => nearest[j], 3, 5)));
        }
    }

    [Fact]
    public void Looking_further_in_return_than_forward_gives_the_relation_a_direction()
    {
        // b has many neighbours nearer than a, a has only b.
        var nearest = new Dictionary<char, char[]> { ['a'] = ['b'], ['b'] = ['c', 'a'], ['c'] = ['b'] };

        Assert.Equal(['b'], ReciprocalNeighbours.Of('a', i => nearest[i], forward: 1, back: 2));
        Assert.Equal(['c'], ReciprocalNeighbours.Of('b', i => nearest[i], forward: 1, back: 2));
    }

    [Fact]
    public void Kinds_are_the_intersection_and_the_two_differences()
    {
        var cnn = ExactNeighbours.OfDense(RandomRows.Dense(seed: 6, count: 80, dimensions: 5), Options.ListLength);
        var sift = ExactNeighbours.OfSparse(RandomRows.Sparse(seed: 6, count: 80, dimensions: 30, entries: 5), Options.ListLength);
        var kinds = new HashSet<PairKind>();

        for (var i = 0; i < cnn.Length; i++)
        {
            var inCnn = ReciprocalNeighbours.Of(i, j => cnn[j], Options.CnnNeighbours, Options.ReturnNeighbours).ToHashSet();
            var inSift = ReciprocalNeighbours.Of(i, j => sift[j], Options.SiftNeighbours, Options.ReturnNeighbours).ToHashSet();

            var pairs = PairMiner.Of(i, j => cnn[j], j => sift[j], Options);

            Assert.True(inCnn.Union(inSift).ToHashSet().SetEquals(pairs.Select(pair => pair.Other)));
            Assert.Equal(pairs.Count, pairs.DistinctBy(pair => pair.Other).Count());
            foreach (var pair in pairs)
            {
                var expected = (inCnn.Contains(pair.Other), inSift.Contains(pair.Other)) switch
                {
                    (true, true) => PairKind.Confirmed,
                    (false, true) => PairKind.Complementary,
                    _ => PairKind.CnnOnly,
                };
                Assert.Equal(expected, pair.Kind);
                Assert.Equal(Array.IndexOf(cnn[i], pair.Other) + 1, pair.CnnRank ?? 0);
                Assert.Equal(Array.IndexOf(sift[i], pair.Other) + 1, pair.SiftRank ?? 0);
                kinds.Add(pair.Kind);
            }
        }

        Assert.Equal(3, kinds.Count);
    }

    [Fact]
    public void An_image_that_one_space_does_not_know_has_pairs_in_the_other_alone()
    {
        var cnn = new Dictionary<char, char[]> { ['a'] = ['b'], ['b'] = ['a'] };

        var pairs = PairMiner.Of('a', i => cnn[i], _ => [], Options);

        Assert.Equal([new CandidatePair<char>('b', PairKind.CnnOnly, 1, null)], pairs);
    }
}
