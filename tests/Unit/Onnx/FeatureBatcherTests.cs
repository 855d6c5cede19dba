using Pipeline.Onnx;
using Xunit;

namespace Pipeline.Tests.Unit.Onnx;

public sealed class FeatureBatcherTests
{
    private const int ImageBytes = 3 * 16 * 16;

    [Fact]
    public async Task Every_caller_gets_the_features_of_its_own_image()
    {
        BackboneOptions options = OnnxFixture.RootOfMeansOptions(maxBatch: 4);
        using var backbone = new Backbone(OnnxFixture.RootOfMeans(), options, OnnxFixture.Sessions);
        await using var batcher = new FeatureBatcher(backbone, options);
        byte[][] images = [.. Enumerable.Range(0, 50).Select(Bright)];

        CnnFeatures[] features = await Task.WhenAll(images.Select(image => batcher.ExtractAsync(image, CancellationToken.None)));

        for (int i = 0; i < images.Length; i++)
        {
            Assert.Equal(backbone.Extract([images[i]])[0].Embedding.ToArray(), features[i].Embedding.ToArray());
        }
    }

    [Fact]
    public async Task One_image_that_fails_fails_alone()
    {
        BackboneOptions options = OnnxFixture.RootOfMeansOptions(maxBatch: 8);
        using var backbone = new Backbone(OnnxFixture.RootOfMeans(), options, OnnxFixture.Sessions);
        await using var batcher = new FeatureBatcher(backbone, options);
        Task<CnnFeatures>[] tasks =
            [.. Enumerable.Range(0, 8).Select(i => batcher.ExtractAsync(i == 3 ? new byte[ImageBytes] : Bright(i), CancellationToken.None))];

        await Assert.ThrowsAsync<InvalidDataException>(() => tasks[3]);
        foreach (Task<CnnFeatures> task in tasks.Where((_, i) => i != 3))
        {
            Assert.Equal(3, (await task).Embedding.Length);
        }
    }

    [Fact]
    public async Task An_incomplete_batch_runs_when_the_time_is_up()
    {
        BackboneOptions options = OnnxFixture.RootOfMeansOptions(maxBatch: 8);
        using var backbone = new Backbone(OnnxFixture.RootOfMeans(), options, OnnxFixture.Sessions);
        await using var batcher = new FeatureBatcher(backbone, options);

        CnnFeatures features = await batcher.ExtractAsync(Bright(1), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(3, features.Embedding.Length);
    }

    [Fact]
    public async Task Disposal_finishes_what_waits_and_takes_no_more()
    {
        BackboneOptions options = OnnxFixture.RootOfMeansOptions(maxBatch: 2);
        using var backbone = new Backbone(OnnxFixture.RootOfMeans(), options, OnnxFixture.Sessions);
        var batcher = new FeatureBatcher(backbone, options);
        Task<CnnFeatures>[] tasks = [.. Enumerable.Range(0, 5).Select(i => batcher.ExtractAsync(Bright(i), CancellationToken.None))];

        await batcher.DisposeAsync();

        Assert.Equal(5, (await Task.WhenAll(tasks)).Length);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => batcher.ExtractAsync(Bright(0), CancellationToken.None));
    }

    [Fact]
    public async Task A_cancelled_caller_stops_waiting()
    {
        BackboneOptions options = OnnxFixture.RootOfMeansOptions(maxBatch: 2);
        using var backbone = new Backbone(OnnxFixture.RootOfMeans(), options, OnnxFixture.Sessions);
        await using var batcher = new FeatureBatcher(backbone, options);
        using var cancelled = new CancellationTokenSource();
        Task<CnnFeatures> first = batcher.ExtractAsync(Bright(0), cancelled.Token);

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(3, (await batcher.ExtractAsync(Bright(1), CancellationToken.None)).Embedding.Length);
    }

    private static byte[] Bright(int seed)
    {
        var random = new Random(seed);
        var image = new byte[ImageBytes];
        byte[] colour = [(byte)random.Next(180, 256), (byte)random.Next(180, 256), (byte)random.Next(180, 256)];
        for (int i = 0; i < image.Length; i++)
        {
            image[i] = colour[i % 3];
        }

        return image;
    }
}
