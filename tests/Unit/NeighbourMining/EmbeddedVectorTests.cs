using Pipeline.Contracts.Events;
using Pipeline.Neighbours;
using Pipeline.Neighbours.Embedding;
using Xunit;

namespace Pipeline.Tests.Unit.NeighbourMining;

/// <summary>What the mined neighbours make of an image's vector.</summary>
public sealed class EmbeddedVectorTests : MiningTest
{
    [Fact]
    public async Task Every_image_gets_an_embedded_vector_that_its_verified_neighbours_pull()
    {
        await IndexAllAsync();

        var last = World.Published.OfType<IndexVectorEmbedded>().GroupBy(e => e.ImageId).ToDictionary(g => g.Key, g => g.Last());
        Assert.Equal(Count, last.Count);
        for (var i = 0; i < Count; i++)
        {
            var pulls = (await World.OfAsync(Ids[i]))!.Pulls;
            var sum = Cnn[i].Select((value, d) => value + pulls.Sum(other => Cnn[Array.IndexOf(Ids, other)][d])).ToArray();
            var length = MathF.Sqrt(sum.Sum(value => value * value));
            var expected = SparseRow.FromDense([.. sum.Select(value => value / length)]);
            Assert.Equal(expected.Indices, last[Ids[i]].Indices);
            Assert.Equal(expected.Values, last[Ids[i]].Values, (a, b) => Math.Abs(a - b) < 1e-5);
        }

        Assert.Contains(last.Values, e => e.Indices.Length > 0);
    }

    [Fact]
    public async Task A_sweep_embeds_the_whole_collection_as_the_algorithm_does()
    {
        await IndexAllAsync();
        World.Published.Clear();

        var published = await World.Sweep().RunAsync(MiningWorld.Collection, None);

        // Only those that mining verified may pull; in later rounds others become neighbours, too.
        var checks = new HashSet<(int, int)>();
        for (var i = 0; i < Count; i++)
        {
            foreach (var check in (await World.OfAsync(Ids[i]))!.Checks)
            {
                var other = Array.IndexOf(Ids, check.OtherId);
                checks.UnionWith([(i, other), (other, i)]);
            }
        }

        var expected = new CollaborativeIndexEmbedding(World.Options, new EmbeddingOptions(), (a, b) => checks.Contains((a, b))).Sweep(Cnn, Sift).Last();
        Assert.True(expected.Number > 0);
        Assert.Equal(Count, published);
        foreach (var embedded in World.Published.Cast<IndexVectorEmbedded>())
        {
            var row = SparseRow.FromDense(expected.Cnn[Array.IndexOf(Ids, embedded.ImageId)]);
            Assert.Equal(row.Indices, embedded.Indices);
            Assert.Equal(row.Values, embedded.Values, (a, b) => Math.Abs(a - b) < 1e-5);
        }
    }

    [Fact]
    public async Task An_image_whose_features_are_damaged_is_left_out_and_stops_nobody_else()
    {
        await IndexAsync(0);
        await World.DamageAsync(Ids[0]);
        for (var i = 1; i < Count; i++)
        {
            await IndexAsync(i);
        }

        foreach (var id in Ids)
        {
            await World.MineAsync(id);
        }

        Assert.Equal(Ids[1..], World.Published.OfType<IndexVectorEmbedded>().Select(embedded => embedded.ImageId).Distinct().Order());
        Assert.Contains(await Task.WhenAll(Ids[1..].Select(World.OfAsync)), image => image!.Pulls.Contains(Ids[0]));
        World.Published.Clear();

        Assert.Equal(Count - 1, await World.Sweep().RunAsync(MiningWorld.Collection, None));
        Assert.Equal(Ids[1..], World.Published.Cast<IndexVectorEmbedded>().Select(embedded => embedded.ImageId).Order());
    }

    [Fact]
    public async Task An_image_whose_point_was_written_again_gets_its_embedded_vector_again_and_once()
    {
        await IndexAllAsync();
        World.Published.Clear();

        await IndexAsync(0);
        await World.MineAsync(Ids[0]);
        await World.MineAsync(Ids[0]);

        Assert.Equal(Ids[0], Assert.IsType<IndexVectorEmbedded>(Assert.Single(World.Published)).ImageId);
    }

    [Fact]
    public async Task An_embedded_vector_that_could_not_be_published_is_published_when_the_event_comes_again()
    {
        await IndexAllAsync();
        await IndexAsync(0);
        World.Published.Clear();
        World.BeforePublish = _ => throw new IOException("The process ends here.");
        await Assert.ThrowsAsync<IOException>(() => World.MineAsync(Ids[0]));
        World.BeforePublish = _ => { };

        await World.MineAsync(Ids[0]);

        Assert.Equal(Ids[0], Assert.IsType<IndexVectorEmbedded>(Assert.Single(World.Published)).ImageId);
    }
}
