using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex;

/// <summary>Holds a graph against what comparing every pair gives, to the last bit.</summary>
internal static class GraphComparison
{
    /// <summary>Asks for the lists of these points, compares them, and returns the answer.</summary>
    public static async Task<NeighbourAnswer> CompareAsync(EmbeddedVectorIndex index, BruteForce model, string space, IReadOnlyList<Guid> asked)
    {
        var answer = await index.FindNeighboursAsync("c", new NeighbourQuery(space, asked));
        var expected = await ExpectedAsync(index, model, space, answer.K);
        Assert.Equal(asked.Distinct().Where(expected.ContainsKey), answer.Lists.Select(list => list.Id));
        var naming = expected.Where(e => !asked.Contains(e.Key) && e.Value.Any(neighbour => asked.Contains(neighbour.Id))).Select(e => e.Key);
        Assert.Equal(naming, answer.Reverse.Select(list => list.Id));
        Assert.All(answer.Lists.Concat(answer.Reverse), list => Assert.Equal(expected[list.Id], list.Neighbours));
        return answer;
    }

    /// <summary>Every list there should be, from one search a point: by ascending id.</summary>
    private static async Task<SortedDictionary<Guid, IReadOnlyList<Neighbour>>> ExpectedAsync(
        EmbeddedVectorIndex index, BruteForce model, string space, int k)
    {
        var lists = new SortedDictionary<Guid, IReadOnlyList<Neighbour>>();
        foreach (var point in model.All.Where(point => point.Vectors.ContainsKey(space)))
        {
            var query = new IndexQuery
            {
                Space = space,
                Vector = (await index.GetAsync("c", [point.Id]))[0].Vectors[space],
                Limit = k + 1,
                Filter = new PayloadFilter { Tenant = point.Payload.Tenant },
            };
            var hits = await index.SearchAsync("c", query);
            lists[point.Id] = [.. hits.Where(hit => hit.Id != point.Id).Take(k).Select(hit => new Neighbour(hit.Id, hit.Score))];
            if (space != "cnn")
            {
                // Small integers are exact, so the plainest computation agrees too.
                var plain = model.Rank(query with { Vector = point.Vectors[space] }).Where(hit => hit.Id != point.Id).Take(k);
                Assert.Equal(plain, lists[point.Id].Select(neighbour => (neighbour.Id, neighbour.Score)));
            }
        }

        return lists;
    }
}
