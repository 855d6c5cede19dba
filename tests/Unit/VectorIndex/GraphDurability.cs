using System.Globalization;
using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex;

public class GraphDurability
{
    [Fact]
    public async Task After_a_kill_the_graphs_are_right_and_no_list_that_was_told_is_forgotten()
    {
        var path = Directory.CreateTempSubdirectory("vector-index-").FullName;
        for (var life = 1; life <= 4; life++)
        {
            var told = new Dictionary<(string Space, Guid Id), (long Revision, string Neighbours)>();
            foreach (var line in await KilledWriter.RunAsync(1500, path, "graph", life.ToString(CultureInfo.InvariantCulture)))
            {
                var parts = line.Split(' ');
                var (key, revision) = ((parts[0], Guid.Parse(parts[1])), long.Parse(parts[2], CultureInfo.InvariantCulture));
                if (revision >= told.GetValueOrDefault(key).Revision)
                {
                    told[key] = (revision, parts[3]);
                }
            }

            await CompareAsync(path, told);
        }

        Directory.Delete(path, recursive: true);
    }

    private static async Task CompareAsync(string path, Dictionary<(string Space, Guid Id), (long Revision, string Neighbours)> told)
    {
        await using var index = EmbeddedVectorIndex.Open(new VectorIndexOptions { Path = path, GraphNeighbours = 4 });
        var model = await NeighbourGraphTests.ModelAsync(index);
        var last = told.Values.Max(list => list.Revision);
        var (kept, made) = (0, 0);
        foreach (var space in new[] { "cnn", "sift" })
        {
            var answer = await GraphComparison.CompareAsync(index, model, space, [.. model.All.Select(point => point.Id)]);
            foreach (var list in answer.Lists)
            {
                if (told.TryGetValue((space, list.Id), out var before))
                {
                    // Whoever stored the list it was told takes the one that is right now for newer, or has it already.
                    Assert.True(list.Revision >= before.Revision, "a list is older than one that was told");
                    Assert.True(
                        list.Revision > before.Revision || before.Neighbours == string.Join(',', list.Neighbours.Select(neighbour => neighbour.Id)),
                        "a revision names two lists");
                }

                // What is computed after the kill gets a revision that was never given before.
                kept += list.Revision <= last ? 1 : 0;
                made += list.Revision > last ? 1 : 0;
            }
        }

        // How many were on their way when the kill came depends on the machine; that most are kept does not.
        Assert.True(kept > made, $"{made} lists were made anew, {kept} kept");
    }
}
