using System.Numerics.Tensors;
using Pipeline.Learning;
using Pipeline.Learning.Evidence;
using Pipeline.Onnx;
using Xunit;

namespace Pipeline.Tests.Unit.Onnx;

public sealed class BackboneTests
{
    [Fact]
    public void A_batch_gives_what_its_images_give_alone()
    {
        using var backbone = new Backbone(OnnxFixture.DefaultBackbone, new BackboneOptions { MaxBatch = 3 }, OnnxFixture.Sessions);
        ReadOnlyMemory<byte>[] images = [.. Enumerable.Range(0, 3).Select(i => (ReadOnlyMemory<byte>)OnnxFixture.Picture(224, i))];

        CnnFeatures[] batch = backbone.Extract(images);

        for (int i = 0; i < images.Length; i++)
        {
            CnnFeatures alone = backbone.Extract([images[i]])[0];
            Assert.Equal(1, TensorPrimitives.Dot(alone.Embedding.Span, batch[i].Embedding.Span), 1e-5f);
            Assert.Equal(1, TensorPrimitives.Norm(batch[i].Embedding.Span), 1e-5f);
            Assert.Equal([96, 7, 7], batch[i].TrunkShape);
        }

        Assert.True(TensorPrimitives.Dot(batch[0].Embedding.Span, batch[1].Embedding.Span) < 0.999f);
    }

    [Fact]
    public void The_version_names_model_and_preparation()
    {
        using var plain = new Backbone(OnnxFixture.DefaultBackbone, new BackboneOptions(), OnnxFixture.Sessions);
        using var darker = new Backbone(OnnxFixture.DefaultBackbone, new BackboneOptions { Mean = [0.5f, 0.5f, 0.5f] }, OnnxFixture.Sessions);

        Assert.Equal("cnn-" + BackboneArtifact.DefaultSha256[..12], plain.Version);
        Assert.Matches("^cnn-[0-9a-f]{12}$", darker.Version);
        Assert.NotEqual(plain.Version, darker.Version);
        Assert.Equal(576, plain.Dimensions);
    }

    [Fact]
    public void Names_the_outputs_there_are_when_one_is_missing()
    {
        var options = new BackboneOptions { EmbeddingOutput = "features" };
        var error = Assert.Throws<InvalidDataException>(() => new Backbone(OnnxFixture.DefaultBackbone, options, OnnxFixture.Sessions));
        Assert.Contains("trunk, embedding, fc1024", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Before a stage of 14×14, and after the last residual sum of 7×7.</summary>
    [Theory]
    [InlineData("features.7.block.3.1", new[] { 48, 14, 14 })]
    [InlineData("features.12.0", new[] { 576, 7, 7 })]
    public void The_tail_begins_at_any_value_inside_the_model_and_can_be_trained_from_there(string trunk, int[] shape)
    {
        var options = new BackboneOptions { TrunkOutput = trunk };
        using var backbone = new Backbone(OnnxFixture.DefaultBackbone, options, OnnxFixture.Sessions);
        CnnFeatures[] pictures = [.. Enumerable.Range(0, 4).Select(i => backbone.Extract([OnnxFixture.Picture(224, i)])[0])];
        byte[] tail = BackboneHead.Of(OnnxFixture.DefaultBackbone, options);

        Assert.Equal(shape, pictures[0].TrunkShape);
        using var head = new CnnHead(tail, OnnxFixture.Sessions);
        float[][] embedded = [.. head.Embed([.. pictures.Select(picture => picture.Trunk)]).Select(row => row!)];
        Assert.All(pictures.Zip(embedded), pair => Assert.Equal(1, TensorPrimitives.Dot(pair.First.Embedding.Span, pair.Second), 1e-3f));
        var images = new LearningImages([.. pictures.Select(picture => picture.Trunk)], shape, embedded);
        using var training = new HeadTraining(OnnxFixture.Sessions, tail, images, EvidenceGraph.OfClasses([0, 0, 1, 1]), new LearningOptions(), seed: 1);
        Assert.True(training.Advance()["gradient_norm"] > 0);
    }

    [Fact]
    public void Rejects_a_trunk_that_the_model_does_not_have()
    {
        var options = new BackboneOptions { TrunkOutput = "nowhere" };
        Assert.Throws<InvalidDataException>(() => new Backbone(OnnxFixture.DefaultBackbone, options, OnnxFixture.Sessions));
        Assert.Throws<InvalidDataException>(() => BackboneHead.Of(OnnxFixture.DefaultBackbone, options));
    }

    [Fact]
    public void Rejects_a_model_of_another_input_size()
    {
        var error = Assert.Throws<InvalidDataException>(
            () => new Backbone(OnnxFixture.DefaultBackbone, new BackboneOptions { InputSize = 256 }, OnnxFixture.Sessions));
        Assert.Contains("224", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rejects_an_image_of_another_size()
    {
        using var backbone = new Backbone(OnnxFixture.DefaultBackbone, new BackboneOptions(), OnnxFixture.Sessions);
        Assert.Throws<ArgumentException>(() => backbone.Extract([new byte[10]]));
        Assert.Throws<ArgumentException>(() => backbone.Extract([]));
    }

    [Fact]
    public void Rejects_a_damaged_model()
    {
        Assert.Throws<InvalidDataException>(() => new Backbone(new byte[100], new BackboneOptions(), OnnxFixture.Sessions));
        Assert.Throws<InvalidDataException>(
            () => new Backbone(OnnxFixture.DefaultBackbone.AsMemory(0, 1_000_000), new BackboneOptions(), OnnxFixture.Sessions));
    }

    [Fact]
    public void Loads_an_artifact_only_by_its_recorded_hash()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, OnnxFixture.DefaultBackbone);
            Assert.Equal(
                OnnxFixture.DefaultBackbone, BackboneArtifact.Load(new BackboneOptions { ModelPath = path, Sha256 = BackboneArtifact.DefaultSha256 }));
            Assert.Throws<InvalidDataException>(() => BackboneArtifact.Load(new BackboneOptions { ModelPath = path, Sha256 = new string('0', 64) }));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
