using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Storage;
using Pipeline.Tests.Integration.Pipelines;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.BadInput;

/// <summary>Stage events that come again, and stages that refuse an image.</summary>
[Collection(SharedServers.Pipelines)]
public sealed class RedeliveryTests(PipelineFixture fixture) : IClassFixture<PipelineFixture>
{
    private readonly TestPipeline _pipeline = fixture.Pipeline;

    [Fact]
    public async Task Every_event_of_an_indexed_image_may_come_again()
    {
        var upload = await _pipeline.UploadAsync(new { bytes = Pictures.Unique() }, externalId: "again");
        var image = await _pipeline.FinishedAsync(upload);
        await _pipeline.QuietAsync();
        var before = (Record: await RecordAsync(image.ImageId), Points: await CountAsync());
        await using var indexed = await _pipeline.TapAsync<ImageIndexed>();

        for (var time = 1; time <= 2; time++)
        {
            await _pipeline.SendAsync(ImageEvents.Accepted(image));
            await _pipeline.SendAsync(StageEvents.Sift(image));
            await _pipeline.SendAsync(StageEvents.Cnn(image));
            await _pipeline.SendAsync(StageEvents.Hash(image));
            await _pipeline.SendAsync(StageEvents.Rejected(image, Stages.Sift));
        }

        // Each event publishes ImageIndexed again.
        await Eventually.TrueAsync(() => indexed.CountOf(image.ImageId) >= 8, describe: () => $"ImageIndexed came {indexed.CountOf(image.ImageId)} times.");
        await _pipeline.QuietAsync();
        Assert.Equal(before, (await RecordAsync(image.ImageId), await CountAsync()));
        Assert.Equal(["again"], (await _pipeline.PointAsync(image.ImageId, CancellationToken.None))!.Payload.ExternalIds);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_image_without_sift_features_is_indexed_in_part(bool rejectedLast)
    {
        var (image, features) = await AcceptWithFeaturesAsync(Pictures.Unique());
        Func<Task>[] events =
        [
            () => _pipeline.SendAsync(StageEvents.Rejected(image, Stages.Sift)),
            () => _pipeline.SendAsync(StageEvents.Cnn(features)),
        ];
        foreach (var send in rejectedLast ? events.Reverse() : events)
        {
            await send();
            await _pipeline.QuietAsync();
        }

        var indexed = await _pipeline.ReachedAsync(image.ImageId, record => record.Status == ImageStatus.Indexed);
        Assert.Equal([Stages.Sift], ImageEvents.Indexed(indexed, null).MissingStages);
        Assert.NotNull(await _pipeline.PointAsync(image.ImageId, CancellationToken.None));
    }

    [Fact]
    public async Task An_image_without_cnn_features_is_known_but_cannot_be_found()
    {
        var (image, features) = await AcceptWithFeaturesAsync(Pictures.Unique());

        await _pipeline.SendAsync(StageEvents.Sift(features));
        await _pipeline.SendAsync(StageEvents.Rejected(image, Stages.Cnn));

        var indexed = await _pipeline.ReachedAsync(image.ImageId, record => record.Status == ImageStatus.Indexed);
        Assert.Equal([Stages.Cnn, Stages.Hash], ImageEvents.Indexed(indexed, null).MissingStages);
        Assert.Null(await _pipeline.PointAsync(image.ImageId, CancellationToken.None));
    }

    [Fact]
    public async Task An_image_that_both_branches_refused_gets_a_new_life_when_it_is_uploaded_again()
    {
        var bytes = Pictures.Unique();
        var (image, _) = await AcceptWithFeaturesAsync(bytes);
        await _pipeline.SendAsync(StageEvents.Rejected(image, Stages.Sift));
        await _pipeline.SendAsync(StageEvents.Rejected(image, Stages.Cnn));
        var rejected = await _pipeline.ReachedAsync(image.ImageId, record => record.Status == ImageStatus.Rejected);
        Assert.Equal(RejectionReasons.CorruptImage, rejected.RejectionReason);

        await _pipeline.UploadAsync(new { bytes });

        var second = await _pipeline.ReachedAsync(image.ImageId, record => record.Status == ImageStatus.Indexed);
        Assert.Equal((2, (string?)null), (second.Incarnation, second.RejectionReason));
        Assert.All(second.Stages.Values, stage => Assert.True(stage.Done));
    }

    /// <summary>An image in the catalog that no stage was told of, and the same with another image's features as its own.</summary>
    private async Task<(ImageRecord Image, ImageRecord WithFeatures)> AcceptWithFeaturesAsync(byte[] bytes)
    {
        var donor = await _pipeline.FinishedAsync(await _pipeline.UploadAsync(new { bytes = Pictures.Unique() }));
        var hash = ImageIdentity.HashContent(bytes);
        var content = new AcceptedContent(ImageIdentity.Create(TestPipeline.Collection, Tenants.Default, hash), hash, "png", 96, 64, bytes.Length);
        var upload = new ImageUploaded { Collection = TestPipeline.Collection, Source = new ImageSource { Bytes = bytes } };
        var image = await _pipeline.Uploads.AcceptAsync(Guid.NewGuid(), upload, content, incarnation: 1, CancellationToken.None);

        var blobs = _pipeline.Services.GetRequiredService<IBlobStore>();
        var stages = new Dictionary<string, StageOutcome>();
        foreach (var (stage, outcome) in donor.Stages.Where(stage => stage.Value.FeatureKey is not null))
        {
            var key = BlobKeys.FeaturesPrefix(TestPipeline.Collection, image.ImageId, image.Incarnation) + outcome.Version;
            await blobs.PutAsync(key, await blobs.TryReadAsync(outcome.FeatureKey!, CancellationToken.None), CancellationToken.None);
            stages[stage] = outcome with { FeatureKey = key };
        }

        return (image, image with { Stages = stages });
    }

    private async Task<string> RecordAsync(Guid imageId) =>
        JsonSerializer.Serialize(await _pipeline.Images.GetAsync(TestPipeline.Collection, imageId, CancellationToken.None));

    private async Task<long> CountAsync()
    {
        var name = (await _pipeline.Index.ListCollectionsAsync()).Single(index => !index.Contains('.', StringComparison.Ordinal));
        return await _pipeline.Index.CountAsync(name);
    }
}
