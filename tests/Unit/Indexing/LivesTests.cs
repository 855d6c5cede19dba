using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Indexing;
using Pipeline.Onnx;
using Pipeline.Tests.Unit.Catalog;
using Pipeline.Tests.Unit.VectorIndex;
using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Unit.Indexing;

/// <summary>
/// An image is deleted and uploaded again while something of its first life is still under way: two deliveries of one
/// command in two processes, a slow worker, a slow writer of the index.
/// </summary>
public sealed class LivesTests : IAsyncLifetime
{
    private const string Collection = CatalogFixture.Collection;
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly CatalogFixture _catalog = new();
    private readonly IndexDirectory _directory = new();
    private readonly Guid _image = Guid.NewGuid();

    public async Task InitializeAsync() => await _catalog.Collections.CreateAsync(Collection, None);

    public async Task DisposeAsync()
    {
        await _directory.DisposeAsync();
        await _catalog.DisposeAsync();
    }

    [Fact]
    public async Task The_slower_of_two_deliveries_of_a_deletion_takes_nothing_from_the_next_life()
    {
        await LiveAsync(1);
        var slow = InterruptedIndex.Create(_directory.Index, nameof(IVectorIndex.DeleteAsync), async () =>
        {
            await DeleteAsync(_directory.Index, life: 1);
            await LiveAsync(2);
        });

        await DeleteAsync(slow, life: 1);

        await AssertLivesAsync(2);
    }

    [Fact]
    public async Task The_next_delivery_of_a_deletion_puts_back_what_one_that_was_cut_off_had_taken_from_the_next_life()
    {
        await LiveAsync(1);
        var cutOff = InterruptedIndex.Create(_directory.Index, nameof(IVectorIndex.DeleteAsync), async () =>
        {
            await DeleteAsync(_directory.Index, life: 1);
            var active = (await _catalog.Collections.GetAsync(Collection, None))!.Active!;
            await LiveAsync(2);
            await _directory.Index.DeleteAsync(active.IndexName(Collection), [_image], None);
            throw new IOException("The process ends here.");
        });
        await Assert.ThrowsAsync<IOException>(() => DeleteAsync(cutOff, life: 1));

        await DeleteAsync(_directory.Index, life: 1);

        await AssertLivesAsync(2);
    }

    [Fact]
    public async Task A_late_output_of_an_earlier_life_goes_alone()
    {
        await LiveAsync(1);
        await DeleteAsync(_directory.Index, life: 1);
        await LiveAsync(2);

        // A worker that was slow stored the first life's features after the deletion had swept them.
        var late = await StoreAsync(1);
        await Indexer(_directory.Index).SettleAsync(Collection, _image, 1, Stages.Cnn, late, None);

        Assert.False(await _catalog.Blobs.ExistsAsync(late.FeatureKey!, None));
        await AssertLivesAsync(2);
    }

    [Fact]
    public async Task A_late_write_of_an_earlier_life_is_overwritten_by_the_next()
    {
        var slow = InterruptedIndex.Create(_directory.Index, nameof(IVectorIndex.UpsertAsync), async () =>
        {
            await DeleteAsync(_directory.Index, life: 1);
            await LiveAsync(2);
        });

        await LiveAsync(1, slow);

        await AssertLivesAsync(2);
    }

    [Fact]
    public async Task A_late_write_of_a_deleted_image_is_taken_back()
    {
        var slow = InterruptedIndex.Create(
            _directory.Index, nameof(IVectorIndex.UpsertAsync), () => DeleteAsync(_directory.Index, life: 1));

        await LiveAsync(1, slow);

        Assert.Empty(await PointsAsync());
        Assert.Empty(await BlobsAsync());
    }

    [Fact]
    public async Task A_late_write_of_an_old_payload_is_followed_by_the_new_one()
    {
        var slow = InterruptedIndex.Create(_directory.Index, nameof(IVectorIndex.UpsertAsync), () => LiveAsync(1, name: "second"));

        await LiveAsync(1, slow, name: "first");

        Assert.Equal(["first", "second"], Assert.Single(await PointsAsync()).Payload.ExternalIds);
    }

    /// <summary>Uploads the image and hands in all of its parts; the last one indexes it.</summary>
    private async Task LiveAsync(int life, IVectorIndex? index = null, string? name = null)
    {
        var upload = Guid.NewGuid();
        await _catalog.Uploads.AcceptAsync(upload, CatalogFixture.Upload(upload, name ?? $"life {life}"), CatalogFixture.Content(_image), life, None);
        var indexer = Indexer(index ?? _directory.Index);
        await indexer.SettleAsync(Collection, _image, life, Stages.Sift, new() { Done = true, Version = "s" }, None);
        await indexer.SettleAsync(Collection, _image, life, Stages.Hash, new() { Done = true, Version = "h", Code = new byte[8] }, None);
        await indexer.SettleAsync(Collection, _image, life, Stages.Cnn, await StoreAsync(life), None);
    }

    private async Task<StageOutcome> StoreAsync(int life)
    {
        var key = BlobKeys.Cnn(Collection, _image, life, "c");
        await _catalog.Blobs.PutAsync(key, new CnnFeatures(new float[] { 1, 0 }, Array.Empty<Half>(), []).Serialize(), None);
        return new StageOutcome { Done = true, Version = "c", FeatureKey = key };
    }

    private Task DeleteAsync(IVectorIndex index, int life) =>
        new ImageDeletion(_catalog.Images, Indexer(index), _catalog.Blobs, _catalog.References, _catalog.Manifests, _catalog.Restoration, _catalog.Verdicts)
            .DeleteAsync(new DeleteImage { Collection = Collection, ImageId = _image, Incarnation = life }, None);

    private ImageIndexer Indexer(IVectorIndex index) =>
        new(_catalog.Images, new Generations(_catalog.Collections, index), index, new IndexWrites(), _catalog.Blobs, TimeProvider.System);

    private async Task AssertLivesAsync(int life)
    {
        Assert.Equal([$"life {life}"], Assert.Single(await PointsAsync()).Payload.ExternalIds);
        Assert.Equal([BlobKeys.Cnn(Collection, _image, life, "c")], await BlobsAsync());
        var record = await _catalog.Images.GetAsync(Collection, _image, None);
        Assert.Equal((ImageStatus.Indexed, life, record!.PayloadRevision), (record.Status, record.Incarnation, record.IndexedRevision));
    }

    private async Task<IReadOnlyList<IndexPoint>> PointsAsync()
    {
        var active = (await _catalog.Collections.GetAsync(Collection, None))!.Active!;
        return await _directory.Index.GetAsync(active.IndexName(Collection), [_image], None);
    }

    private async Task<IReadOnlyList<string>> BlobsAsync()
    {
        var keys = new List<string>();
        await foreach (var blob in _catalog.Blobs.ListAsync(BlobKeys.FeaturesPrefix(Collection, _image), None))
        {
            keys.Add(blob.Key);
        }

        return keys;
    }
}
