using System.Numerics.Tensors;
using Pipeline.Onnx;
using Pipeline.Onnx.Graphs;
using Xunit;

namespace Pipeline.Tests.Unit.Onnx;

public sealed class CnnHeadTests
{
    private static readonly byte[] Tail = OnnxGraphEditor.Extract(OnnxFixture.DefaultBackbone, ["trunk"], ["embedding"]);

    [Fact]
    public void The_backbones_own_tail_gives_the_backbones_embedding_of_its_stored_trunk()
    {
        using var backbone = new Backbone(OnnxFixture.DefaultBackbone, new BackboneOptions { MaxBatch = 1 }, OnnxFixture.Sessions);
        using var head = new CnnHead(Tail, OnnxFixture.Sessions);
        var features = Enumerable.Range(1, 3).Select(seed => backbone.Extract([OnnxFixture.Picture(224, seed)])[0]).ToArray();

        var embeddings = head.Embed([.. features.Select(f => f.Trunk)]);

        Assert.Equal((96 * 7 * 7, 576), (head.TrunkLength, head.Dimensions));
        Assert.StartsWith("head-", head.Version, StringComparison.Ordinal);
        foreach (var (embedding, own) in embeddings.Zip(features))
        {
            Assert.Equal(1, TensorPrimitives.Norm<float>(embedding), 4);
            Assert.Equal(1, TensorPrimitives.Dot(embedding, own.Embedding.Span), 4);
        }
    }

    [Fact]
    public void An_embedding_does_not_depend_on_what_else_is_in_the_batch()
    {
        using var head = new CnnHead(Tail, OnnxFixture.Sessions);
        ReadOnlyMemory<Half>[] trunks = [.. Enumerable.Range(0, (2 * CnnHead.MaxBatch) + 3).Select(seed => new ReadOnlyMemory<Half>(Trunk(seed)))];

        var together = head.Embed(trunks);

        foreach (var i in new[] { 0, CnnHead.MaxBatch, trunks.Length - 1 })
        {
            Assert.Equal(1, TensorPrimitives.Dot<float>(head.Embed([trunks[i]])[0], together[i]), 5);
        }

        Assert.Empty(head.Embed([]));
    }

    [Fact]
    public void Of_an_activation_that_gives_nothing_there_is_no_embedding()
    {
        using var head = new CnnHead(MeansHead(), OnnxFixture.Sessions);

        var embeddings = head.Embed([new Half[4], new[] { Half.One, Half.Zero, Half.Zero, Half.Zero }, new[] { Half.NaN, Half.Zero, Half.Zero, Half.Zero }]);

        Assert.Equal([null, new[] { 1f, 0f }, null], embeddings);
    }

    [Fact]
    public void What_is_no_head_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => new CnnHead(new byte[] { 1, 2, 3 }, OnnxFixture.Sessions));
        Assert.Throws<InvalidDataException>(() => new CnnHead(OnnxFixture.RootOfMeans(), OnnxFixture.Sessions));
        using var head = new CnnHead(MeansHead(), OnnxFixture.Sessions);
        Assert.Throws<ArgumentException>(() => head.Embed([new Half[5]]));
    }

    /// <summary>A head of two channels of 2 × 1: the embedding is their means.</summary>
    private static byte[] MeansHead()
    {
        var graph = new OnnxGraphBuilder("means");
        var trunk = graph.Input("trunk", OnnxElementType.Float, "N", 2, 2, 1);
        graph.Output(graph.Node("Flatten", "embedding", [graph.Node("GlobalAveragePool", null, [trunk])]), OnnxElementType.Float, "N", 2);
        return graph.Build();
    }

    private static Half[] Trunk(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 96 * 7 * 7).Select(_ => (Half)random.NextSingle())];
    }
}
