using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Tests.Unit.NeighbourMining;
using Pipeline.VectorIndex;
using Xunit;
using static Pipeline.Tests.Unit.VectorIndex.Points;

namespace Pipeline.Tests.Unit.VectorIndex;

public sealed class SearchedNeighboursTests
{
    private const int Count = 80;
    private const int K = 6;

    [Theory]
    [InlineData("cnn")]
    [InlineData("sift")]
    public async Task With_candidates_enough_it_answers_as_the_index_that_keeps_a_graph(string space)
    {
        await using var directory = await CreateAsync();
        Guid[] asked = [.. Enumerable.Range(0, Count + 5).Where(n => n % 9 == 0).Select(Id)];

        var kept = await directory.Index.FindNeighboursAsync("c", new NeighbourQuery(space, asked));
        var searched = await Searched(directory, Count).FindNeighboursAsync("c", new NeighbourQuery(space, asked));

        Assert.Equal((false, true, K), (kept.IsBounded, searched.IsBounded, searched.K));
        AssertEqual(kept.Lists, searched.Lists);
        AssertEqual(kept.Reverse, searched.Reverse);
        Assert.NotEmpty(kept.Reverse);
    }

    [Fact]
    public async Task With_few_candidates_own_lists_are_right_and_those_that_two_points_have_in_common_are_never_missed()
    {
        await using var directory = await CreateAsync();
        var missed = 0;
        foreach (var id in Enumerable.Range(0, Count).Select(Id))
        {
            var kept = await directory.Index.FindNeighboursAsync("c", new NeighbourQuery("cnn", [id]));
            var searched = await Searched(directory, candidates: 1).FindNeighboursAsync("c", new NeighbourQuery("cnn", [id]));

            AssertEqual(kept.Lists, searched.Lists);
            var nearest = kept.Lists.SelectMany(list => list.Neighbours).Select(neighbour => neighbour.Id).ToHashSet();
            AssertEqual(kept.Reverse.Where(list => nearest.Contains(list.Id)), searched.Reverse);
            missed += kept.Reverse.Count - searched.Reverse.Count;
        }

        Assert.True(missed > 0);
    }

    [Fact]
    public async Task An_index_says_whether_it_keeps_graphs_and_one_that_does_not_is_searched()
    {
        await using var directory = await CreateAsync();
        foreach (var index in new[] { directory.Index, SearchOnlyIndex.Over(directory.Index) })
        {
            var services = new ServiceCollection().AddLogging().AddVectorIndex(new ConfigurationBuilder().Build());
            await using var provider = services.AddSingleton<IVectorIndex>(index).BuildServiceProvider();

            var neighbours = provider.GetRequiredService<INeighbourGraphIndex>();
            Assert.Equal(index == directory.Index, neighbours is EmbeddedVectorIndex);
            Assert.Equal(index != directory.Index, neighbours is SearchedNeighbours);
        }
    }

    private static SearchedNeighbours Searched(IndexDirectory directory, int candidates) => new(SearchOnlyIndex.Over(directory.Index), K, candidates);

    private static void AssertEqual(IEnumerable<NeighbourList> expected, IEnumerable<NeighbourList> actual)
    {
        Assert.Equal(expected.Select(list => list.Id), actual.Select(list => list.Id));
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First.Neighbours, pair.Second.Neighbours));
    }

    private static async Task<IndexDirectory> CreateAsync()
    {
        var directory = new IndexDirectory(neighbours: K);
        var random = new Random(31);
        await directory.Index.EnsureCollectionAsync("c", Schema);
        await directory.Index.UpsertAsync("c", [.. Enumerable.Range(0, Count).Select(n => Random(n, random))]);
        return directory;
    }
}
