using Pipeline.Catalog;
using Pipeline.Contracts.Events;
using Pipeline.Neighbours;
using Pipeline.Neighbours.Graph;
using Pipeline.Neighbours.Pairs;
using Xunit;

namespace Pipeline.Tests.Unit.NeighbourMining;

/// <summary>Holds what was mined against what comparing all images gives.</summary>
internal static class MinedGraph
{
    /// <summary>All lists and pairs of the images at these places are those of brute force, and nothing is left to be done.</summary>
    public static async Task AssertAsBruteForceAsync(MiningWorld world, Guid[] ids, float[][] cnn, SparseRow[] sift, int[] present)
    {
        var (byCnn, bySift) = Lists(world, cnn, sift, present);
        for (var row = 0; row < present.Length; row++)
        {
            var mined = await world.OfAsync(ids[present[row]]);
            Assert.NotNull(mined);
            Assert.Equal(byCnn[row].Select(r => ids[present[r]]), Ids(mined.Cnn));
            Assert.Equal(bySift[row].Select(r => ids[present[r]]), Ids(mined.Sift));
            var expected = PairMiner.Of(row, r => byCnn[r], r => bySift[r], world.Options)
                .Select(pair => (ids[present[pair.Other]], pair.Kind.ToString(), pair.CnnRank, pair.SiftRank));
            Assert.Equal(
                expected,
                mined.Pairs.Select(pair => (pair.OtherId, Name(pair.Kind), pair.CnnRank, pair.SiftRank)));
        }

        await foreach (var marked in world.Neighbourhoods.MarkedAsync(MiningWorld.Collection, CancellationToken.None))
        {
            Assert.Fail($"{marked} is still marked.");
        }
    }

    /// <summary>How many stored lists are not those of brute force.</summary>
    public static async Task<int> CountInexactAsync(MiningWorld world, Guid[] ids, float[][] cnn, SparseRow[] sift)
    {
        var (byCnn, bySift) = Lists(world, cnn, sift, [.. Enumerable.Range(0, ids.Length)]);
        var inexact = 0;
        for (var row = 0; row < ids.Length; row++)
        {
            var mined = (await world.OfAsync(ids[row]))!;
            inexact += Ids(mined.Cnn).SequenceEqual(byCnn[row].Select(r => ids[r])) ? 0 : 1;
            inexact += Ids(mined.Sift).SequenceEqual(bySift[row].Select(r => ids[r])) ? 0 : 1;
        }

        return inexact;
    }

    private static (int[][] Cnn, int[][] Sift) Lists(MiningWorld world, float[][] cnn, SparseRow[] sift, int[] present) => (
        ExactNeighbours.OfDense([.. present.Select(i => cnn[i])], world.Options.ListLength),
        ExactNeighbours.OfSparse([.. present.Select(i => sift[i])], world.Options.ListLength));

    private static IEnumerable<Guid> Ids(SpaceNeighbourhood space) => space.Nearest.Select(near => near.ImageId);

    private static string Name(string kind) => kind switch
    {
        PairKinds.Confirmed => nameof(PairKind.Confirmed),
        PairKinds.Complementary => nameof(PairKind.Complementary),
        _ => nameof(PairKind.CnnOnly),
    };
}
