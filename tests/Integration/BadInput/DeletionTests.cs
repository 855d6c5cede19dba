using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Storage;
using Pipeline.Tests.Integration.Pipelines;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.BadInput;

/// <summary>Deletions that cross the image's own events.</summary>
[Collection(SharedServers.Pipelines)]
public sealed class DeletionTests(PipelineFixture fixture) : IClassFixture<PipelineFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TestPipeline _pipeline = fixture.Pipeline;

    private IBlobStore Blobs => _pipeline.Services.GetRequiredService<IBlobStore>();

    [Fact]
    public async Task Images_deleted_while_they_are_processed_leave_no_trace()
    {
        await using var indexed = await _pipeline.TapAsync<ImageIndexed>();

        // At every point of the way: some right after their acceptance, some after one part or two, some when they are indexed.
        var deleted = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => UploadAndDeleteAsync(afterParts: i % 4)));

        await _pipeline.QuietAsync();
        Assert.Contains(deleted, record => indexed.CountOf(record.ImageId) == 0);
        Assert.Contains(deleted, record => indexed.CountOf(record.ImageId) > 0);
        foreach (var record in deleted)
        {
            await AssertNoTraceAsync(record);
        }
    }

    [Fact]
    public async Task Events_of_a_deleted_image_that_come_late_bring_nothing_back()
    {
        var image = await _pipeline.FinishedAsync(await _pipeline.UploadAsync(new { bytes = Pictures.Unique() }));
        await DeleteAsync(image);
        await using var indexed = await _pipeline.TapAsync<ImageIndexed>();

        // A worker that was slow stores its output after the deletion swept.
        foreach (var key in image.Stages.Values.Select(stage => stage.FeatureKey).OfType<string>())
        {
            await Blobs.PutAsync(key, new byte[] { 1, 2, 3 }, CancellationToken.None);
        }

        await _pipeline.SendAsync(StageEvents.Sift(image));
        await _pipeline.SendAsync(StageEvents.Hash(image));
        await _pipeline.SendAsync(new ImageRejected { Collection = image.Collection, ImageId = image.ImageId, Stage = Stages.Cnn, Reason = RejectionReasons.CorruptImage });
        await _pipeline.QuietAsync();
        await Blobs.DeleteAsync(image.Stages[Stages.Cnn].FeatureKey!, CancellationToken.None);
        await _pipeline.SendAsync(StageEvents.Cnn(image));
        await _pipeline.SendAsync(ImageEvents.Accepted(image));
        await _pipeline.QuietAsync();

        await AssertNoTraceAsync(image);
        Assert.Empty(indexed.Images);
    }

    [Fact]
    public async Task Deleting_twice_or_what_never_was_changes_nothing()
    {
        var image = await _pipeline.FinishedAsync(await _pipeline.UploadAsync(new { bytes = Pictures.Unique() }));
        await using var deleted = await _pipeline.TapAsync<ImageDeleted>();
        var never = new DeleteImage { Collection = TestPipeline.Collection, ImageId = Guid.NewGuid() };

        await _pipeline.SendAsync(ImageEvents.Delete(image));
        await _pipeline.SendAsync(ImageEvents.Delete(image));
        await _pipeline.SendAsync(never);

        await Eventually.TrueAsync(() => deleted.CountOf(image.ImageId) == 2 && deleted.CountOf(never.ImageId) == 1);
        await AssertNoTraceAsync(image);
        Assert.Null(await _pipeline.Images.GetAsync(TestPipeline.Collection, never.ImageId, CancellationToken.None));
    }

    [Fact]
    public async Task An_image_uploaded_again_after_its_deletion_lives_again()
    {
        var source = new { bytes = Pictures.Unique() };
        var first = await _pipeline.FinishedAsync(await _pipeline.UploadAsync(source, externalId: "first"));
        await DeleteAsync(first);

        var second = await _pipeline.FinishedAsync(await _pipeline.UploadAsync(source, externalId: "second"));
        await _pipeline.SendAsync(ImageEvents.Delete(first));
        await _pipeline.QuietAsync();

        Assert.Equal((first.ImageId, ImageStatus.Indexed, 2), (second.ImageId, second.Status, second.Incarnation));
        Assert.Equal(["second"], second.ExternalIds);
        Assert.Equal(["second"], (await _pipeline.PointAsync(second.ImageId, CancellationToken.None))!.Payload.ExternalIds);
        Assert.True(await Blobs.ExistsAsync(second.BlobKey, CancellationToken.None));
    }

    [Fact]
    public async Task An_image_uploaded_again_and_again_while_it_is_deleted_is_whole_in_the_end()
    {
        var source = new { bytes = Pictures.Unique() };
        var image = await _pipeline.FinishedAsync(await _pipeline.UploadAsync(source));
        for (var life = 1; life <= 5; life++)
        {
            // The upload meets the deletion before, in the middle or behind.
            await Task.WhenAll(_pipeline.SendAsync(ImageEvents.Delete(image with { Incarnation = life })), _pipeline.UploadAsync(source));
            await _pipeline.QuietAsync();
            image = await _pipeline.ReachedAsync(image.ImageId, record => record.Status is ImageStatus.Indexed or ImageStatus.Deleted);
            if (image.Status == ImageStatus.Deleted)
            {
                image = await _pipeline.FinishedAsync(await _pipeline.UploadAsync(source));
            }

            Assert.Equal((ImageStatus.Indexed, life + 1), (image.Status, image.Incarnation));
            Assert.NotNull(await _pipeline.PointAsync(image.ImageId, CancellationToken.None));
            Assert.True(await Blobs.ExistsAsync(image.BlobKey, CancellationToken.None));
        }

        await DeleteAsync(image);
        await AssertNoTraceAsync(image);
    }

    [Fact]
    public async Task With_a_deleted_image_go_the_verdicts_on_it_from_wherever_its_id_is_kept()
    {
        var gone = await _pipeline.FinishedAsync(await _pipeline.UploadAsync(new { bytes = Pictures.Unique() }));
        var left = await _pipeline.FinishedAsync(await _pipeline.UploadAsync(new { bytes = Pictures.Unique() }));
        await _pipeline.SendAsync(ImageVerdicts.Judge(left, gone, PairVerdicts.Same, "otto", DateTimeOffset.UtcNow));
        await _pipeline.ReachedAsync(gone.ImageId, record => record.Standing().ContainsKey(left.ImageId));
        await _pipeline.ReachedAsync(left.ImageId, record => record.Standing().ContainsKey(gone.ImageId));

        await DeleteAsync(gone);

        // One that was under way during the deletion does not bring it back.
        await _pipeline.SendAsync(ImageVerdicts.Judge(gone, left, PairVerdicts.NotSame, "otto", DateTimeOffset.UtcNow));
        await _pipeline.QuietAsync();
        await AssertNoTraceAsync(gone);
        Assert.Empty((await _pipeline.Images.GetAsync(TestPipeline.Collection, left.ImageId, CancellationToken.None))!.Verdicts);
        await foreach (var blob in Blobs.ListAsync("", CancellationToken.None))
        {
            var content = await Blobs.TryReadAsync(blob.Key, CancellationToken.None);
            Assert.False(
                blob.Key.Contains(gone.ImageId.ToString("N"), StringComparison.Ordinal) || (content is not null && Encoding.UTF8.GetString(content).Contains($"{gone.ImageId}", StringComparison.Ordinal)),
                $"{blob.Key} names the image.");
        }
    }

    private async Task<ImageRecord> UploadAndDeleteAsync(int afterParts)
    {
        var uri = _pipeline.Write($"{Guid.NewGuid():N}.png", Pictures.Unique(640, 480));
        var upload = await _pipeline.SettledAsync(await _pipeline.UploadAsync(new { uri }));
        var record = await _pipeline.ReachedAsync(
            upload.ImageId!.Value, image => image.Stages.Count >= afterParts && (afterParts < 3 || image.Status == ImageStatus.Indexed));
        await DeleteAsync(record);
        return record;
    }

    private async Task DeleteAsync(ImageRecord image)
    {
        await _pipeline.SendAsync(ImageEvents.Delete(image));
        await _pipeline.ReachedAsync(image.ImageId, record => record.Status == ImageStatus.Deleted && record.Incarnation == image.Incarnation);
    }

    private async Task AssertNoTraceAsync(ImageRecord image)
    {
        var tombstone = await _pipeline.ReachedAsync(image.ImageId, record => record.Status == ImageStatus.Deleted);
        Assert.Equal(("", 0), (tombstone.BlobKey, tombstone.Stages.Count));
        foreach (var status in Enum.GetValues<ImageStatus>())
        {
            var page = await _pipeline.Images.ListAsync(TestPipeline.Collection, status, cursor: null, ImageCatalog.MaxPage, CancellationToken.None);
            Assert.Equal(status == ImageStatus.Deleted, page.Images.Any(record => record.ImageId == image.ImageId));
        }

        Assert.Null(await _pipeline.PointAsync(image.ImageId, CancellationToken.None));
        await Eventually.TrueAsync(async ct => !await Blobs.ExistsAsync(image.BlobKey, ct), Patience, "The bytes' end");
        await foreach (var blob in Blobs.ListAsync(BlobKeys.FeaturesPrefix(TestPipeline.Collection, image.ImageId), CancellationToken.None))
        {
            Assert.Fail($"{blob.Key} was left behind.");
        }
    }
}
