using System.Text;
using Microsoft.Data.Sqlite;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Queries;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Unit.Catalog;

/// <summary>What is left of a collection in the stores when it is deleted: nothing that names it.</summary>
public sealed class CollectionDeletionTests : IAsyncLifetime
{
    private const string Collection = CatalogFixture.Collection;
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly string Hash = new('a', 64);
    private readonly CatalogFixture _catalog = new();
    private readonly Guid _image = Guid.NewGuid();
    private readonly Guid _upload = Guid.NewGuid();
    private readonly Guid _deletion = Guid.NewGuid();

    public async Task InitializeAsync()
    {
        await _catalog.Collections.CreateAsync(Collection, None);
        await _catalog.CollectionManifests.KeepAsync(Collection, None);
        await LiveAsync(_image, 1);
    }

    public async Task DisposeAsync() => await _catalog.DisposeAsync();

    [Fact]
    public async Task Nothing_that_names_a_deleted_collection_or_its_images_is_left_in_the_stores()
    {
        await LeaveTracesAsync();
        Assert.NotEmpty(await TracesAsync());

        await DeleteAsync();

        Assert.Empty(await TracesAsync());
    }

    [Fact]
    public async Task A_deletion_that_breaks_off_after_each_of_its_steps_is_finished_by_the_next()
    {
        await LeaveTracesAsync();
        await _catalog.Collections.BeginDeletionAsync(Collection, _deletion, 0, None);
        var attempts = 0;
        while (!await TryRemoveAsync(InterruptedState.Create(_catalog.State, commits: 1)))
        {
            Assert.InRange(++attempts, 1, 100);
        }

        Assert.InRange(attempts, 5, 100);
        await _catalog.Collections.RemoveAsync(Collection, _deletion, None);
        await _catalog.Collections.ForgetEndAsync(_deletion, None);
        Assert.Empty(await TracesAsync());
    }

    [Fact]
    public async Task Bytes_that_another_collection_shares_stay_with_it()
    {
        await _catalog.Collections.CreateAsync("other", None);
        await _catalog.References.AcquireAsync(Hash, "other", _image, 1, None);

        await DeleteAsync();

        Assert.True(await _catalog.Blobs.ExistsAsync(BlobKeys.Image(Hash), None));
        await _catalog.References.ReleaseAsync(Hash, "other", _image, 1, None);
        Assert.False(await _catalog.Blobs.ExistsAsync(BlobKeys.Image(Hash), None));
    }

    [Fact]
    public async Task Artifacts_go_with_their_collection_unless_another_uses_them()
    {
        var lineage = new ArtifactLineage { CreatedFrom = "a training", Collection = Collection };
        var shared = await _catalog.Artifacts.AddAsync(EncoderCatalog.ArtifactKind, new byte[] { 1 }, lineage, None);
        var own = await _catalog.Artifacts.AddAsync(EncoderCatalog.ArtifactKind, new byte[] { 2 }, lineage, None);
        await _catalog.Collections.CreateAsync("other", None, new CollectionSettings { Encoder = new() { Version = shared.Version } });

        await DeleteAsync();

        Assert.Null(await _catalog.Artifacts.GetAsync(own.Version, None));
        Assert.False(await _catalog.Blobs.ExistsAsync(own.BlobKey, None));
        Assert.Equal([1], await _catalog.Artifacts.LoadAsync(shared.Version, None));
    }

    [Fact]
    public async Task Artifacts_of_a_collection_that_only_the_catalog_has_lost_stay_for_its_rebuild()
    {
        var artifact = await _catalog.Artifacts.AddAsync(
            EncoderCatalog.ArtifactKind, new byte[] { 1 }, new ArtifactLineage { CreatedFrom = "a training", Collection = "lost" }, None);
        await _catalog.Blobs.PutAsync(BlobKeys.CollectionManifest("lost"), "{}"u8.ToArray(), None);

        await DeleteAsync();

        Assert.NotNull(await _catalog.Artifacts.GetAsync(artifact.Version, None));
    }

    [Fact]
    public async Task To_everybody_a_collection_is_gone_as_soon_as_its_deletion_begins_and_its_name_is_taken_until_it_ends()
    {
        await _catalog.Collections.BeginDeletionAsync(Collection, _deletion, 0, None);

        Assert.Null(await _catalog.Collections.GetAsync(Collection, None));
        Assert.Null(await _catalog.Collections.GetCurrentAsync(Collection, None));
        Assert.Empty(await _catalog.Collections.ListAsync(None));
        Assert.False(await _catalog.Collections.CreateAsync(Collection, None));
        Assert.False(await _catalog.Collections.TryConfigureAsync(Collection, new CollectionSettings(), null, None));
        await Assert.ThrowsAsync<ImageBusyException>(() => LiveAsync(Guid.NewGuid(), 1));
    }

    [Fact]
    public async Task The_next_collection_of_the_name_begins_above_all_lives_of_the_last()
    {
        await _catalog.Images.UpdateAsync(Collection, _image, image => image! with { Incarnation = 7 }, None);

        await DeleteAsync();
        await _catalog.Collections.CreateAsync(Collection, None);

        var next = (await _catalog.Collections.GetCurrentAsync(Collection, None))!;
        Assert.Equal((8, 8), (next.Life, next.FirstIncarnation));
        Assert.Equal(8, await _catalog.Uploads.NextLifeAsync(next, _image, None));
        var generation = await _catalog.Collections.ActivateFirstAsync(
            Collection, new Generation { Number = 1, ModelVersion = "m", Dimensions = 2, EncoderVersion = "e", Bits = 64 }, None);
        Assert.Equal(8, generation.Number);
    }

    [Fact]
    public async Task A_training_that_is_under_way_loses_its_hold_and_is_waited_for()
    {
        var command = new TrainEncoder { Collection = Collection, CorrelationId = Guid.NewGuid() };
        var holder = Guid.NewGuid();
        await _catalog.Encoders.BeginAsync(command, holder, TimeSpan.FromMinutes(1), None);
        await _catalog.Collections.BeginDeletionAsync(Collection, _deletion, 0, None);

        await _catalog.Traces.RemoveAsync(Collection, _deletion, None);

        Assert.False(await _catalog.Encoders.RenewAsync(Collection, holder, TimeSpan.FromMinutes(1), None));
        var deletion = (await _catalog.Collections.FindAsync(Collection, None))!.Deletion!;
        Assert.InRange(deletion.HeldUntil!.Value, DateTimeOffset.UtcNow + TimeSpan.FromSeconds(30), DateTimeOffset.UtcNow + TimeSpan.FromMinutes(1));
    }

    /// <summary>False if the process ended on the way.</summary>
    private async Task<bool> TryRemoveAsync(IStateStore state)
    {
        var (time, blobs) = (TimeProvider.System, _catalog.Blobs);
        var (images, collections) = (new ImageCatalog(state, time), new CollectionCatalog(state, time));
        var traces = new CollectionTraces(
            state, blobs, collections, new CollectionManifests(state, blobs, collections, new BlobReferences(state, blobs), time), images, new UploadCatalog(state, images, time),
            new BlobReferences(state, blobs), new NeighbourhoodCatalog(state), new VocabularyCatalog(state, time), new EncoderCatalog(state, time),
            new ModelUpdateCatalog(state, time), new ArtifactStore(blobs, state));
        try
        {
            await traces.RemoveAsync(Collection, _deletion, None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task LiveAsync(Guid image, int life)
    {
        await _catalog.References.AcquireAsync(Hash, Collection, image, life, None);
        await _catalog.Blobs.PutAsync(BlobKeys.Image(Hash), new byte[] { 1 }, None);
        var record = await _catalog.Uploads.AcceptAsync(_upload, CatalogFixture.Upload(_upload, "name"), CatalogFixture.Content(image), life, None);
        await _catalog.Manifests.KeepAsync(record, None);
        await _catalog.Blobs.PutAsync(BlobKeys.Sift(Collection, image, life, "sift-1"), new byte[] { 1 }, None);
    }

    private async Task LeaveTracesAsync()
    {
        await _catalog.Uploads.ReceiveAsync(CatalogFixture.Upload(Guid.NewGuid()), Guid.NewGuid(), None);
        await _catalog.Vocabularies.RequestAsync(new TrainVocabulary { Collection = Collection, CorrelationId = Guid.NewGuid() }, None);
        await _catalog.Updates.RequestAsync(new UpdateModel { Collection = Collection, CorrelationId = Guid.NewGuid() }, None);
        await _catalog.Updates.SetProgressAsync(Collection, Guid.NewGuid(), new ModelUpdateProgress(1, 2, new LossCurve([], new Dictionary<string, IReadOnlyList<float>>())), None);
        await _catalog.Collections.SetProgressAsync(Collection, new GenerationProgress { Generation = 2 }, None);
        await _catalog.Artifacts.AddAsync(
            ModelCatalog.HeadKind, new byte[] { 1 }, new ArtifactLineage { CreatedFrom = $"an update of {Collection}", Collection = Collection }, None);
        await _catalog.Blobs.PutAsync(BlobKeys.SeenPairs(Collection), new byte[] { 1 }, None);
        await _catalog.State.TryCommitAsync(new StateTransaction().Increment(new StateKey("model-evidence", Collection), 3), None);
        await _catalog.RepairsAt(TimeProvider.System).BeginAsync(Collection, Guid.NewGuid(), None);
        var near = new SpaceNeighbourhood { Nearest = [new NearImage(Guid.NewGuid(), 0.5)] };
        var mined = new Neighbourhood { ImageId = _image, Incarnation = 1, Tenant = "default", Cnn = near, Sift = near };
        var stored = await _catalog.Neighbourhoods.ReadAsync(Collection, [_image], None);
        Assert.True(await _catalog.Neighbourhoods.TryReplaceAsync(
            Collection, [new NeighbourhoodChange(stored[0], mined, new HashSet<Guid> { Guid.NewGuid() }, KeepMark: true)], None));
    }

    private async Task DeleteAsync()
    {
        await _catalog.Collections.BeginDeletionAsync(Collection, _deletion, 0, None);
        await _catalog.Traces.RemoveAsync(Collection, _deletion, None);
        Assert.True(await _catalog.Collections.RemoveAsync(Collection, _deletion, None));
        Assert.Equal([new CollectionEnd(Collection, 0, _deletion)], await _catalog.Collections.ListEndsAsync(None));
        await _catalog.Collections.ForgetEndAsync(_deletion, None);
    }

    /// <summary>All rows, files and folders that say the collection's name, the image, its bytes' hash or the upload.</summary>
    private async Task<List<string>> TracesAsync()
    {
        string[] words = [Collection, _image.ToString("N"), _image.ToString("D"), Hash, _upload.ToString("N"), _upload.ToString("D")];
        var found = new List<string>();
        await using (var state = new SqliteConnection($"Data Source={Path.Combine(_catalog.Folder, "state.db")};Mode=ReadOnly;Pooling=False"))
        {
            await state.OpenAsync();
            foreach (var table in (string[])["record", "member", "scored", "counter"])
            {
                await using var command = state.CreateCommand();
                command.CommandText = $"SELECT * FROM {table}";
                await using var row = await command.ExecuteReaderAsync();
                while (await row.ReadAsync())
                {
                    var text = string.Join(' ', Enumerable.Range(0, row.FieldCount).Select(i => row[i] is byte[] bytes ? Encoding.Latin1.GetString(bytes) : row[i]));
                    found.AddRange(words.Where(text.Contains).Select(word => $"{table}: {word} in {text}"));
                }
            }
        }

        foreach (var path in Directory.EnumerateFileSystemEntries(Path.Combine(_catalog.Folder, "blobs"), "*", SearchOption.AllDirectories))
        {
            var content = File.Exists(path) ? Encoding.Latin1.GetString(await File.ReadAllBytesAsync(path)) : "";
            found.AddRange(words.Where(word => path.Contains(word, StringComparison.Ordinal) || content.Contains(word, StringComparison.Ordinal)).Select(word => $"{word} in {path}"));
        }

        return found;
    }
}
