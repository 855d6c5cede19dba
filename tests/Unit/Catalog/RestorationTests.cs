using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Unit.Catalog;

/// <summary>What the manifests give back to a catalog that lost everything.</summary>
public sealed class RestorationTests : IAsyncLifetime
{
    private const string Collection = CatalogFixture.Collection;
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly CatalogFixture _catalog = new();
    private readonly CatalogFixture _other = new();
    private readonly Guid _image = Guid.NewGuid();
    private readonly Guid _upload = Guid.NewGuid();

    public async Task InitializeAsync()
    {
        await _catalog.Collections.CreateAsync(Collection, None, new CollectionSettings { Retention = new() { Days = 7 } });
        await _catalog.CollectionManifests.KeepAsync(Collection, None);
    }

    public async Task DisposeAsync()
    {
        await _catalog.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Fact]
    public async Task A_lost_image_comes_back_with_all_names_that_its_uploads_gave_it()
    {
        await UploadAsync(_upload, "one", 1);
        await UploadAsync(Guid.NewGuid(), "two", 1);
        var before = (await _catalog.Images.GetAsync(Collection, _image, None))!;

        var lost = await LoseAsync();
        var manifest = (await lost.Restoration.ReadAsync(Collection, _image, 1, None))!;
        var first = await lost.Restoration.RestoreAsync(manifest, None);
        var again = await lost.Restoration.RestoreAsync(manifest, None);

        Assert.Equal((true, false), (first.IsRestored, again.IsRestored));
        Assert.Equal(ImageManifest.Of(before).Serialize(), ImageManifest.Of(again.Record).Serialize());
        Assert.Equal((ImageStatus.Processing, before.BlobKey), (again.Record.Status, again.Record.BlobKey));
        Assert.Equal(_image, (await lost.Uploads.GetAsync(_upload, None))?.ImageId);

        // Its bytes have their owner again: once all owners are known they go with it.
        await lost.Blobs.PutAsync(before.BlobKey, new byte[] { 1 }, None);
        Assert.Equal(0, await lost.References.CompleteAsync(None));
        await lost.References.ReleaseAsync(before.ContentHash, Collection, _image, 1, None);
        Assert.False(await lost.Blobs.ExistsAsync(before.BlobKey, None));
    }

    [Fact]
    public async Task A_lost_collection_comes_back_with_settings_generation_and_trainings_and_new_lives_begin_far_above()
    {
        await UploadAsync(_upload, "one", 1);
        await _catalog.Collections.ActivateFirstAsync(
            Collection, new Generation { Number = 1, ModelVersion = "m", Dimensions = 2, EncoderVersion = "e", Bits = 64, VocabularyVersion = "v" }, None);
        var training = Guid.NewGuid();
        await _catalog.Encoders.RequestAsync(new TrainEncoder { Collection = Collection, CorrelationId = training }, None);
        await _catalog.CollectionManifests.KeepAsync(Collection, None);
        var before = (await _catalog.Collections.GetCurrentAsync(Collection, None))!;

        var lost = await LoseAsync();
        var restored = (await lost.Collections.GetCurrentAsync(Collection, None))!;

        Assert.Equal((before.Active, 7, before.Life), (restored.Active, restored.Settings.Retention.Days, restored.Life));
        Assert.NotNull((await lost.Encoders.GetAsync(Collection, None)).Find(training));
        Assert.InRange(await lost.Uploads.NextLifeAsync(restored, Guid.NewGuid(), None), 1_000_000, int.MaxValue);
    }

    [Fact]
    public async Task An_image_that_was_uploaded_again_while_it_was_lost_takes_over_its_names()
    {
        await UploadAsync(_upload, "one", 1);
        var lost = await LoseAsync();
        var life = await lost.Uploads.NextLifeAsync((await lost.Collections.GetCurrentAsync(Collection, None))!, _image, None);
        await UploadAsync(Guid.NewGuid(), "two", life, lost);

        var restored = await lost.Restoration.RestoreAsync((await lost.Restoration.ReadAsync(Collection, _image, 1, None))!, None);

        Assert.Equal(["one", "two"], restored.Record.ExternalIds);
        Assert.Null(await lost.Restoration.ReadAsync(Collection, _image, 1, None));
        Assert.Equal(["one", "two"], (await lost.Restoration.ReadAsync(Collection, _image, life, None))!.ExternalIds);
    }

    [Fact]
    public async Task The_manifest_of_an_image_that_was_deleted_meanwhile_is_not_kept()
    {
        var record = await AcceptAsync(_upload, "one", 1, _catalog);
        await _catalog.Images.UpdateAsync(Collection, _image, image => image! with { Status = ImageStatus.Deleting }, None);

        await _catalog.Manifests.KeepAsync(record, None);

        Assert.Null(await _catalog.Restoration.ReadAsync(Collection, _image, 1, None));
    }

    [Fact]
    public async Task A_lost_registry_comes_back_with_contents_and_lineage()
    {
        var added = await _catalog.Artifacts.AddAsync(
            EncoderCatalog.ArtifactKind, new byte[] { 1, 2 }, new ArtifactLineage { CreatedFrom = "a test", Collection = Collection }, None);

        var lost = await LoseAsync();
        Assert.Equal(1, await lost.Artifacts.RestoreAsync(None));
        Assert.Equal(0, await lost.Artifacts.RestoreAsync(None));

        var restored = (await lost.Artifacts.GetAsync(added.Version, None))!;
        Assert.Equal((added.CreatedAt, Collection), (restored.CreatedAt, restored.Lineage.Collection));
        Assert.Equal([1, 2], await lost.Artifacts.LoadAsync(added.Version, None));
    }

    [Fact]
    public async Task Collections_that_were_deleted_before_everything_was_lost_are_remembered_by_their_number_alone()
    {
        await _catalog.Collections.BeginDeletionAsync(Collection, _upload, 0, None);
        await _catalog.CollectionManifests.KeepAsync(Collection, None);
        await _catalog.CollectionManifests.KeepLivesAsync(41, None);
        await _catalog.Collections.RemoveAsync(Collection, _upload, None);

        var lost = await LoseAsync();
        await lost.Collections.CreateAsync(Collection, None);

        Assert.Equal(42, (await lost.Collections.GetCurrentAsync(Collection, None))!.Life);
    }

    [Fact]
    public async Task No_bytes_go_before_all_collections_are_rebuilt_that_may_share_them_and_then_those_go_that_nobody_owns()
    {
        await UploadAsync(_upload, "one", 1);
        await _catalog.Collections.CreateAsync("other", None);
        await _catalog.CollectionManifests.KeepAsync("other", None);
        await _catalog.Blobs.PutAsync(BlobKeys.Manifest("other", _image, 1), new byte[] { 1 }, None);
        var (shared, orphan) = (BlobKeys.Image(CatalogFixture.Content(_image).ContentHash), BlobKeys.Image(new string('b', 64)));
        await _catalog.Blobs.PutAsync(shared, new byte[] { 1 }, None);
        await _catalog.Blobs.PutAsync(orphan, new byte[] { 2 }, None);
        var lost = await LoseAsync();
        var completion = new ReferenceCompletion(lost.References, lost.Collections, lost.Rebuilds, lost.Blobs);

        // The other collection, which is not back yet, has the same bytes.
        await lost.Restoration.RestoreAsync((await lost.Restoration.ReadAsync(Collection, _image, 1, None))!, None);
        await FinishAsync(lost, Collection);
        Assert.Null(await completion.TryCompleteAsync(None));
        await lost.References.ReleaseAsync(new string('a', 64), Collection, _image, 1, None);
        Assert.True(await lost.Blobs.ExistsAsync(shared, None));

        await lost.CollectionManifests.RestoreAsync("other", None);
        await lost.References.AcquireAsync(new string('a', 64), "other", _image, 1, None);
        Assert.Null(await completion.TryCompleteAsync(None));
        await FinishAsync(lost, "other");

        Assert.Equal(1, await completion.TryCompleteAsync(None));
        Assert.Equal((true, false), (await lost.Blobs.ExistsAsync(shared, None), await lost.Blobs.ExistsAsync(orphan, None)));
        await lost.References.ReleaseAsync(new string('a', 64), "other", _image, 1, None);
        Assert.False(await lost.Blobs.ExistsAsync(shared, None));
    }

    private static async Task FinishAsync(CatalogFixture catalog, string collection)
    {
        var rebuild = await catalog.Rebuilds.BeginAsync(collection, Guid.NewGuid(), None);
        while (!rebuild.Finished)
        {
            rebuild = (await catalog.Rebuilds.AdvanceAsync(collection, rebuild, new RebuildFound(0, 0, 0, 0), None))!;
        }
    }

    private async Task UploadAsync(Guid upload, string name, int life, CatalogFixture? catalog = null)
    {
        catalog ??= _catalog;
        await catalog.Manifests.KeepAsync(await AcceptAsync(upload, name, life, catalog), None);
    }

    private Task<ImageRecord> AcceptAsync(Guid upload, string name, int life, CatalogFixture catalog) =>
        catalog.Uploads.AcceptAsync(upload, CatalogFixture.Upload(upload, name), CatalogFixture.Content(_image), life, None);

    /// <summary>A catalog that has the blobs of the first and nothing else.</summary>
    private async Task<CatalogFixture> LoseAsync()
    {
        await foreach (var blob in _catalog.Blobs.ListAsync("", None))
        {
            await _other.Blobs.PutAsync(blob.Key, (await _catalog.Blobs.TryReadAsync(blob.Key, None))!, None);
        }

        await _other.CollectionManifests.RestoreAsync(Collection, None);
        return _other;
    }
}
