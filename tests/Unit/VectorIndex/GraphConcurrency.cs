using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex;

/// <summary>Writers and askers at the same time.</summary>
public class GraphConcurrency
{
    private const int Workers = 4;
    private const int IdsPerWorker = 60;

    [Fact]
    public async Task Equals_brute_force_after_writers_and_askers_worked_side_by_side()
    {
        await using var directory = new IndexDirectory(neighbours: 4);
        await directory.Index.EnsureCollectionAsync("c", Points.Schema);

        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() => WorkAsync(directory.Index, worker))));

        var model = await NeighbourGraphTests.ModelAsync(directory.Index);
        Guid[] all = [.. Enumerable.Range(0, Workers * IdsPerWorker).Select(Points.Id)];
        for (var opened = 1; opened <= 2; opened++)
        {
            foreach (var space in new[] { "cnn", "hash", "sift" })
            {
                await GraphComparison.CompareAsync(directory.Index, model, space, all);
            }

            await directory.ReopenAsync();
        }
    }

    /// <summary>Changes points of its own, and asks for them.</summary>
    private static async Task WorkAsync(EmbeddedVectorIndex index, int worker)
    {
        var random = new Random(worker);
        var revisions = new Dictionary<(string, Guid), long>();
        for (var round = 0; round < 60; round++)
        {
            var id = (worker * IdsPerWorker) + random.Next(IdsPerWorker);
            switch (random.Next(5))
            {
                case 0:
                    await index.DeleteAsync("c", [Points.Id(id)]);
                    break;
                case 1:
                    await index.SetVectorsAsync("c", [Points.Update(id, random)]);
                    break;
                default:
                    await index.UpsertAsync("c", [Points.Random(id, random)]);
                    break;
            }

            var space = new[] { "cnn", "hash", "sift" }[random.Next(3)];
            var there = (await index.GetAsync("c", [Points.Id(id)])).Any(point => point.Vectors.ContainsKey(space));
            var answer = await index.FindNeighboursAsync("c", new NeighbourQuery(space, [Points.Id(id)]));

            // Nobody else changes this point: an answer shows what was written before the question.
            Assert.Equal(there, answer.Lists.Count == 1);
            Assert.All(answer.Reverse, list => Assert.Contains(list.Neighbours, neighbour => neighbour.Id == Points.Id(id)));
            foreach (var list in answer.Lists.Concat(answer.Reverse))
            {
                Assert.Equal(list.Neighbours.OrderByDescending(n => n.Score).ThenBy(n => n.Id), list.Neighbours);
                Assert.DoesNotContain(list.Neighbours, neighbour => neighbour.Id == list.Id);
                Assert.True(list.Revision >= revisions.GetValueOrDefault((space, list.Id)), "a later answer holds an older list");
                revisions[(space, list.Id)] = list.Revision;
            }
        }
    }
}
