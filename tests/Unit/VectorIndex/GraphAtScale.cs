using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex;

/// <summary>Graphs of vectors as they really are: real numbers, long, some of them almost or quite the same.</summary>
public class GraphAtScale
{
    private const int Dimensions = 576;
    private static readonly CollectionSchema Schema = new([new DenseSpace("cnn", Dimensions), new SparseSpace("sift")]);

    [Fact]
    public async Task A_score_is_the_same_seen_from_either_side()
    {
        await using var directory = new IndexDirectory();
        await directory.Index.EnsureCollectionAsync("c", Schema);
        var random = new Random(1);
        var points = Enumerable.Range(0, 700).Select(i => Realistic(i, random)).ToList();
        Guid[] all = [.. points.Select(point => point.Id)];
        foreach (var arriving in points.Chunk(97))
        {
            // Woven in by lists that gain entries, held against searches from the other side.
            await directory.Index.UpsertAsync("c", arriving);
            await directory.Index.DeleteAsync("c", [arriving[3].Id]);
            foreach (var space in new[] { "cnn", "sift" })
            {
                await directory.Index.FindNeighboursAsync("c", new NeighbourQuery(space, []));
            }
        }

        foreach (var space in new[] { "cnn", "sift" })
        {
            var answer = await directory.Index.FindNeighboursAsync("c", new NeighbourQuery(space, all));
            Assert.Equal(await directory.Index.CountAsync("c"), answer.Lists.Count);
            foreach (var list in answer.Lists)
            {
                var vector = (await directory.Index.GetAsync("c", [list.Id]))[0].Vectors[space];
                var hits = await directory.Index.SearchAsync("c", new IndexQuery { Space = space, Vector = vector, Limit = 11 });
                Assert.Equal(hits.Where(hit => hit.Id != list.Id).Take(10).Select(hit => new Neighbour(hit.Id, hit.Score)), list.Neighbours);
            }
        }
    }

    [Fact]
    public async Task Is_the_same_with_one_thread_and_with_many_and_in_any_order_of_arrival()
    {
        var random = new Random(2);
        var points = Enumerable.Range(0, 3000).Select(i => Realistic(i, random)).ToArray();
        Guid[] all = [.. points.Select(point => point.Id)];
        await using var one = new IndexDirectory(threads: 1);
        await using var many = new IndexDirectory(threads: 3);
        await one.Index.EnsureCollectionAsync("c", Schema);
        await many.Index.EnsureCollectionAsync("c", Schema);

        await one.Index.UpsertAsync("c", points);
        random.Shuffle(points);
        foreach (var arriving in points.Chunk(1100))
        {
            await many.Index.UpsertAsync("c", arriving);
            await many.Index.FindNeighboursAsync("c", new NeighbourQuery("cnn", []));
        }

        foreach (var space in new[] { "cnn", "sift" })
        {
            var expected = await one.Index.FindNeighboursAsync("c", new NeighbourQuery(space, all));
            var answer = await many.Index.FindNeighboursAsync("c", new NeighbourQuery(space, all));
            Assert.Equal(expected.Lists.SelectMany(list => list.Neighbours), answer.Lists.SelectMany(list => list.Neighbours));
        }
    }

    /// <summary>One of some groups of like vectors; every eighth is the copy of another.</summary>
    private static IndexPoint Realistic(int id, Random random)
    {
        var group = new Random(random.Next(30));
        var own = id % 8 == 0 ? new Random(5) : random;
        float[] dense = [.. Enumerable.Range(0, Dimensions).Select(_ => group.NextSingle() + (0.3f * own.NextSingle()))];
        uint[] words = [.. Enumerable.Range(0, 120).Select(_ => (uint)(own.Next(3) == 0 ? own.Next(2000) : group.Next(2000))).Distinct().Order()];
        return Points.Point(id, ("cnn", new DenseVector(dense)), ("sift", new SparseVector(words, [.. words.Select(_ => own.NextSingle())])));
    }
}
