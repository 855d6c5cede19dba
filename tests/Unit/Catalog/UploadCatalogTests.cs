using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Xunit;

namespace Pipeline.Tests.Unit.Catalog;

public sealed class UploadCatalogTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly CatalogFixture _catalog = new();
    private readonly Guid _upload = Guid.NewGuid();
    private readonly Guid _image = Guid.NewGuid();

    private UploadCatalog Uploads => _catalog.Uploads;

    public async Task InitializeAsync() => await _catalog.Collections.CreateAsync(CatalogFixture.Collection, None);

    public async Task DisposeAsync() => await _catalog.DisposeAsync();

    [Fact]
    public async Task An_upload_waits_until_it_is_accepted()
    {
        await Uploads.ReceiveAsync(CatalogFixture.Upload(_upload), _image, None);
        Assert.Equal([_upload], await WaitingAsync());
        Assert.Equal(_upload, (await Uploads.FindWaitingAsync(_image, None))?.UploadId);

        await AcceptAsync(_upload, life: 1);

        Assert.Empty(await WaitingAsync());
        Assert.Null(await Uploads.FindWaitingAsync(_image, None));
        Assert.Equal((UploadStatus.Accepted, (Guid?)_image), await OutcomeAsync());
    }

    [Fact]
    public async Task An_upload_waits_until_it_is_rejected()
    {
        await Uploads.ReceiveAsync(CatalogFixture.Upload(_upload), _image, None);

        await RejectAsync();

        Assert.Empty(await WaitingAsync());
        Assert.Equal((UploadStatus.Rejected, (Guid?)null), await OutcomeAsync());
        Assert.Equal(ImageStatus.Rejected, (await _catalog.Images.GetAsync(CatalogFixture.Collection, _upload, None))?.Status);
    }

    [Fact]
    public async Task What_was_said_first_stands()
    {
        await AcceptAsync(_upload, life: 1);

        await RejectAsync();
        await Uploads.ReceiveAsync(CatalogFixture.Upload(_upload), _image, None);

        Assert.Equal((UploadStatus.Accepted, (Guid?)_image), await OutcomeAsync());
        Assert.Empty(await WaitingAsync());
    }

    [Fact]
    public async Task The_same_bytes_gather_names_without_doubles()
    {
        await AcceptAsync(_upload, life: 1, "one");
        await AcceptAsync(Guid.NewGuid(), life: 1, "two");
        var record = await AcceptAsync(Guid.NewGuid(), life: 1, "one");

        Assert.Equal(["one", "two"], record.ExternalIds);
        Assert.Equal((1, 2), (record.Incarnation, record.PayloadRevision));
    }

    [Theory]
    [InlineData(ImageStatus.Deleted)]
    [InlineData(ImageStatus.Rejected)]
    public async Task A_deleted_or_rejected_image_gets_a_second_life(ImageStatus end)
    {
        await AcceptAsync(_upload, life: 1, "old");
        await EndAsync(end);

        var life = await NextLifeAsync();
        var record = await AcceptAsync(Guid.NewGuid(), life, "new");

        Assert.Equal((2, 2, ImageStatus.Processing), (life, record.Incarnation, record.Status));
        Assert.Equal(["new"], record.ExternalIds);
    }

    [Fact]
    public async Task An_image_being_deleted_is_not_accepted()
    {
        await AcceptAsync(_upload, life: 1);
        await EndAsync(ImageStatus.Deleting);

        await Assert.ThrowsAsync<ImageBusyException>(NextLifeAsync);
        await Assert.ThrowsAsync<ImageBusyException>(() => AcceptAsync(Guid.NewGuid(), life: 1));
    }

    [Fact]
    public async Task A_life_that_ended_meanwhile_is_not_begun_again_unnoticed()
    {
        await AcceptAsync(_upload, life: 1);
        await EndAsync(ImageStatus.Deleted);
        var late = Guid.NewGuid();

        await Assert.ThrowsAsync<ImageBusyException>(() => AcceptAsync(late, life: 1));

        Assert.Null(await Uploads.GetAsync(late, None));
    }

    [Fact]
    public async Task A_rejection_does_not_touch_a_living_image()
    {
        await AcceptAsync(_upload, life: 1);

        await Uploads.RejectAsync(Rejection(Guid.NewGuid(), _image), collectionExists: true, None);

        Assert.Equal(ImageStatus.Processing, (await _catalog.Images.GetAsync(CatalogFixture.Collection, _image, None))?.Status);
    }

    [Fact]
    public async Task Of_uploads_of_one_moment_no_more_become_images_than_the_collection_may_have_and_a_place_that_is_left_is_taken_once()
    {
        const int Most = 5;
        Assert.True(await _catalog.Collections.TryConfigureAsync(CatalogFixture.Collection, new CollectionSettings { Limits = new() { MaxImages = Most } }, null, None));
        Guid[] images = [.. Enumerable.Range(0, 40).Select(_ => Guid.NewGuid())];

        var first = await AcceptAtOnceAsync(images, life: 1);
        var (living, refused) = (first.Where(image => image.Status == ImageStatus.Processing).ToArray(), first.Where(image => image.Status == ImageStatus.Rejected).ToArray());
        await _catalog.Images.UpdateAsync(CatalogFixture.Collection, living[0].ImageId, record => record! with { Status = ImageStatus.Deleted }, None);
        var second = await AcceptAtOnceAsync([.. refused.Select(image => image.ImageId)], life: 2);

        Assert.Equal((Most, images.Length - Most), (living.Length, refused.Length));
        Assert.All(refused, image => Assert.Equal(RejectionReasons.CollectionFull, image.RejectionReason));
        Assert.Single(second, image => image.Status == ImageStatus.Processing);
        Assert.Equal(Most, await _catalog.Images.CountLivingAsync(CatalogFixture.Collection, None));
        Assert.Equal(Most, await _catalog.Images.CountAsync(CatalogFixture.Collection, ImageStatus.Processing, None));

        // One that is there may come again, full or not.
        Assert.Equal(ImageStatus.Processing, Assert.Single(await AcceptAtOnceAsync([living[1].ImageId], life: 1)).Status);
    }

    private async Task<ImageRecord[]> AcceptAtOnceAsync(Guid[] images, int life) =>
        await Task.WhenAll(images.Select(image => Task.Run(() =>
        {
            var upload = Guid.NewGuid();
            return Uploads.AcceptAsync(upload, CatalogFixture.Upload(upload), CatalogFixture.Content(image), life, None);
        })));

    private static ImageRejected Rejection(Guid upload, Guid? image = null) => new()
    {
        Collection = CatalogFixture.Collection,
        UploadId = upload,
        ImageId = image,
        Stage = Stages.Upload,
        Reason = RejectionReasons.EmptyFile,
    };

    private async Task<int> NextLifeAsync() =>
        await Uploads.NextLifeAsync((await _catalog.Collections.GetCurrentAsync(CatalogFixture.Collection, None))!, _image, None);

    private Task<ImageRecord> AcceptAsync(Guid upload, int life, string? externalId = null) =>
        Uploads.AcceptAsync(upload, CatalogFixture.Upload(upload, externalId), CatalogFixture.Content(_image), life, None);

    private Task RejectAsync() => Uploads.RejectAsync(Rejection(_upload), collectionExists: true, None);

    private Task EndAsync(ImageStatus status) =>
        _catalog.Images.UpdateAsync(CatalogFixture.Collection, _image, record => record! with { Status = status }, None);

    private async Task<(UploadStatus Status, Guid? Image)> OutcomeAsync() =>
        await Uploads.GetAsync(_upload, None) is { } record ? (record.Status, record.ImageId) : throw new InvalidOperationException("No record.");

    private async Task<List<Guid>> WaitingAsync()
    {
        var waiting = new List<Guid>();
        await foreach (var upload in Uploads.ListWaitingAsync(None))
        {
            waiting.Add(upload.UploadId);
        }

        return waiting;
    }
}
