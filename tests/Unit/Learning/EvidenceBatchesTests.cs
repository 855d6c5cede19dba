using Pipeline.Learning;
using Pipeline.Learning.Evidence;
using Xunit;

namespace Pipeline.Tests.Unit.Learning;

public sealed class EvidenceBatchesTests
{
    private static readonly EvidenceGraph Graph = EvidenceGraph.OfPairs(500, Enumerable.Range(0, 100).Select(i => new EvidencePair(5 * i, (5 * i) + 1)));

    [Fact]
    public void A_batch_depends_on_its_number_alone()
    {
        var one = new EvidenceBatches(Graph, new LearningOptions(), seed: 1);
        var other = new EvidenceBatches(Graph, new LearningOptions(), seed: 1);
        Assert.Equal(one.At(17), other.At(17));
        Assert.NotEqual(one.At(17), one.At(18));
        Assert.NotEqual(one.At(17), new EvidenceBatches(Graph, new LearningOptions(), seed: 2).At(17));
    }

    [Fact]
    public void A_batch_is_full_names_no_image_twice_and_holds_partners()
    {
        var batches = new EvidenceBatches(Graph, new LearningOptions(), seed: 1);
        for (var step = 0; step < 50; step++)
        {
            var batch = batches.At(step);
            Assert.Equal(64, batch.Length);
            Assert.Equal(64, batch.Distinct().Count());
            Assert.Contains(batch, image => Graph.Partners(image).Any(batch.Contains));
        }
    }

    [Fact]
    public void Over_many_batches_every_image_takes_part() =>
        Assert.Equal(500, Enumerable.Range(0, 200).SelectMany(new EvidenceBatches(Graph, new LearningOptions(), seed: 1).At).Distinct().Count());

    [Fact]
    public void A_small_collection_is_one_batch()
    {
        var graph = EvidenceGraph.OfPairs(10, [new(0, 1)]);
        Assert.Equal(Enumerable.Range(0, 10), new EvidenceBatches(graph, new LearningOptions(), 1).At(3));
    }

    [Theory]
    [InlineData(100, 120)]
    [InlineData(640, 300)]
    [InlineData(100_000, 3000)]
    public void Steps_grow_with_the_collection_within_bounds(int images, int steps) =>
        Assert.Equal(steps, new EvidenceBatches(EvidenceGraph.OfPairs(images, [new(0, 1)]), new LearningOptions(), 1).Steps);
}
