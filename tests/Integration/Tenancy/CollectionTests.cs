using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Contracts.Queries;
using Pipeline.Hashing;
using Pipeline.Storage;
using Pipeline.Tests.Integration.Pipelines;
using Pipeline.Tests.Support;
using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Integration.Tenancy;

/// <summary>Collections with limits and ages of their own, and their ends.</summary>
public sealed class CollectionTests : IAsyncLifetime
{
    private const string Collection = "exhibition";
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-tenancy-");
    private Node _node = null!;

    public async Task InitializeAsync() => _node = await Node.StartAsync(_folder);

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Uploads_beyond_a_collections_limits_are_refused_with_stable_reasons_and_others_are_not()
    {
        var (first, second) = (Pictures.Unique(100, 100), Pictures.Unique(100, 100));
        await _node.CreateAsync(Collection, new CollectionSettings
        {
            Limits = new() { MaxImages = 1, MaxBytes = 60_000, MaxPixels = 10_000, MaxLabels = 2, MaxExternalIds = 1 },
        });

        Assert.Equal(RejectionReasons.TooManyBytes, (await _node.UploadAsync(Collection, Pictures.Unique(200, 200))).Reason);
        Assert.Equal(RejectionReasons.TooManyPixels, (await _node.UploadAsync(Collection, Pictures.Unique(101, 100))).Reason);
        Assert.Equal(RejectionReasons.TooManyLabels, (await _node.UploadAsync(Collection, first, "one", ["a", "b", "c"])).Reason);
        Assert.Equal(UploadStatus.Accepted, (await _node.UploadAsync(Collection, first, "one", ["a", "b"])).Status);
        Assert.Equal(RejectionReasons.CollectionFull, (await _node.UploadAsync(Collection, second)).Reason);
        Assert.Equal(RejectionReasons.TooManyLabels, (await _node.UploadAsync(Collection, first, "one", ["c"])).Reason);
        Assert.Equal(RejectionReasons.TooManyExternalIds, (await _node.UploadAsync(Collection, first, "two")).Reason);
        Assert.Equal(UploadStatus.Accepted, (await _node.UploadAsync(Collection, first, "one", ["b"])).Status);

        await _node.CreateAsync("other");
        Assert.Equal(UploadStatus.Accepted, (await _node.UploadAsync("other", Pictures.Unique(200, 200), "one", ["a", "b", "c"])).Status);
    }

    [Fact]
    public async Task Uploads_of_one_moment_never_are_more_images_than_a_collection_may_have_and_the_refused_leave_no_bytes()
    {
        const int Most = 5;
        await _node.CreateAsync(Collection, new CollectionSettings { Limits = new() { MaxImages = Most } });

        var uploads = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => _node.UploadAsync(Collection, Pictures.Unique(32, 32))));

        Assert.Equal(Most, uploads.Count(upload => upload.Status == UploadStatus.Accepted));
        Assert.All(uploads.Where(upload => upload.Status != UploadStatus.Accepted), upload => Assert.Equal(RejectionReasons.CollectionFull, upload.Reason));
        var images = await _node.IndexedAsync(Collection, Most);
        var blobs = new List<string>();
        await foreach (var blob in _node.Blobs.ListAsync(BlobKeys.ImagesPrefix, None))
        {
            blobs.Add(blob.Key);
        }

        Assert.Equal(images.Select(image => image.BlobKey).Order(StringComparer.Ordinal), blobs.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Images_go_when_they_are_older_than_their_collection_keeps_them()
    {
        await _node.CreateAsync(Collection, new CollectionSettings { Retention = new() { Days = 30 } });
        await _node.CreateAsync("other");
        var now = DateTimeOffset.UtcNow;
        var kept = await _node.UploadAsync(Collection, Pictures.Unique());
        var young = await _node.UploadAsync(Collection, Pictures.Unique(), timestamp: now - TimeSpan.FromDays(29));
        await _node.UploadAsync("other", Pictures.Unique(), timestamp: now - TimeSpan.FromDays(31));
        var old = new List<Guid>();
        for (var i = 0; i < 3; i++)
        {
            old.Add((await _node.UploadAsync(Collection, Pictures.Unique(), timestamp: now - TimeSpan.FromDays(31 + i))).ImageId!.Value);
        }

        await Eventually.TrueAsync(
            async ct => await _node.Images.CountAsync(Collection, ImageStatus.Deleted, ct) == old.Count, Node.Patience, "The end of old images");

        Guid[] left = [kept.ImageId!.Value, young.ImageId!.Value];
        Assert.Equal(left.Order(), (await _node.IndexedAsync(Collection, 2)).Select(image => image.ImageId));
        await _node.IndexedAsync("other", 1);
    }

    [Fact]
    public async Task Nothing_of_a_deleted_collection_is_left_and_late_messages_of_it_do_not_touch_the_next_of_its_name()
    {
        await _node.CreateAsync(Collection);
        await _node.CreateAsync("other");
        var (own, shared) = (Pictures.Unique(160, 120), Pictures.Unique(160, 120));
        var uploads = new[] { await _node.UploadAsync(Collection, own, "mine", ["label"]), await _node.UploadAsync(Collection, shared) };
        await _node.UploadAsync("other", shared);
        var images = await _node.IndexedAsync(Collection, 2);
        await _node.IndexedAsync("other", 1);
        await _node.TrainVocabularyAsync(Collection);
        images = await _node.IndexedAsync(Collection, 2);
        var generation = (await _node.Collections.GetCurrentAsync(Collection, None))!.Active!;
        var ownImage = images.Single(image => image.ImageId == uploads[0].ImageId);
        string[] words =
        [
            Collection, ownImage.ContentHash, generation.VocabularyVersion!.Split('-')[1],
            .. images.Select(image => image.ImageId.ToString("N")), .. uploads.Select(upload => upload.UploadId.ToString("N")),
            .. images.Select(image => image.ImageId.ToString("D")), .. uploads.Select(upload => upload.UploadId.ToString("D")),
        ];
        Assert.NotEmpty(await TracesAsync(words));

        await _node.DeleteAsync(Collection);
        await NoTraceAsync(words);

        // Late, and leaving something behind, as a slow worker does.
        var features = BlobKeys.Sift(Collection, ownImage.ImageId, ownImage.Incarnation, "sift-late");
        await _node.Blobs.PutAsync(features, new byte[] { 1 }, None);
        await SendLateAsync(ownImage, features, generation);
        await Eventually.TrueAsync(async ct => !await _node.Blobs.ExistsAsync(features, ct), Node.Patience, "The end of late features");
        await QuietAsync();
        await NoTraceAsync(words);

        await _node.CreateAsync(Collection);
        var again = await _node.UploadAsync(Collection, own);
        var next = Assert.Single(await _node.IndexedAsync(Collection, 1));
        await SendLateAsync(ownImage, features, generation);
        await _node.SendAsync(ImageEvents.Delete(ownImage));
        await QuietAsync();

        Assert.Equal((ownImage.ImageId, again.ImageId), (next.ImageId, next.ImageId));
        Assert.True(next.Incarnation > ownImage.Incarnation);
        Assert.Equal(next.UpdatedAt, Assert.Single(await _node.IndexedAsync(Collection, 1)).UpdatedAt);
        Assert.Empty(next.ExternalIds);
        Assert.Null((await _node.Collections.GetCurrentAsync(Collection, None))!.Active!.VocabularyVersion);
        Assert.Equal(next.ImageId, Assert.Single((await _node.SearchAsync(Collection, next.ImageId, SearchModes.Cnn)).Hits).ImageId);
    }

    [Fact]
    public async Task A_deletion_goes_on_where_a_kill_left_it()
    {
        await _node.CreateAsync(Collection);
        await _node.UploadAsync(Collection, Pictures.Unique());
        await _node.IndexedAsync(Collection, 1);
        await _node.Collections.BeginDeletionAsync(Collection, Guid.NewGuid(), 0, None);
        await _node.DisposeAsync();

        _node = await Node.StartAsync(_folder);

        await Eventually.TrueAsync(async ct => await _node.Collections.FindAsync(Collection, ct) is null, Node.Patience, "The collection's end");
        await Eventually.TrueAsync(async ct => (await _node.Collections.ListEndsAsync(ct)).Count == 0, Node.Patience, "Word of it");
        await NoTraceAsync([Collection]);
    }

    [Fact]
    public async Task Over_http_a_collection_is_created_with_settings_changed_and_deleted()
    {
        using var http = new HttpClient { BaseAddress = new Uri(_node.Gateway, $"/v1/collections/{Collection}") };
        var created = await http.PutAsJsonAsync("", new { limits = new { maxImages = 5 }, retention = new { days = 3 } });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal(5, (int)(await BodyAsync(created))["settings"]!["limits"]!["maxImages"]!);

        var patched = await http.PatchAsJsonAsync($"/v1/collections/{Collection}/settings", JsonNode.Parse("""{"limits":{"maxLabels":2},"retention":{"days":null}}"""));
        var settings = (await BodyAsync(patched))["settings"]!;
        Assert.Equal((5, 2), ((int)settings["limits"]!["maxImages"]!, (int)settings["limits"]!["maxLabels"]!));
        Assert.Null(settings["retention"]!["days"]);

        var invalid = await http.PutAsJsonAsync($"/v1/collections/{Collection}/settings", new { encoder = new { bits = 7 } });
        Assert.Equal((HttpStatusCode.BadRequest, RefusalReasons.InvalidSettings), (invalid.StatusCode, (string)(await BodyAsync(invalid))["reason"]!));
        var unknown = await http.PutAsJsonAsync($"/v1/collections/{Collection}/settings", new { encoder = new { version = "hash-0123456789ab" } });
        Assert.Equal((HttpStatusCode.BadRequest, RefusalReasons.InvalidSettings), (unknown.StatusCode, (string)(await BodyAsync(unknown))["reason"]!));
        var outdated = await http.PutAsJsonAsync($"/v1/collections/{Collection}/settings?revision=0", new { });
        Assert.Equal((HttpStatusCode.Conflict, RefusalReasons.SettingsChanged), (outdated.StatusCode, (string)(await BodyAsync(outdated))["reason"]!));

        Assert.Equal(HttpStatusCode.Accepted, (await http.DeleteAsync("")).StatusCode);
        await Eventually.TrueAsync(async ct => (await http.GetAsync("", ct)).StatusCode == HttpStatusCode.NotFound, Node.Patience, "The collection's end");
        Assert.Equal(HttpStatusCode.NotFound, (await http.DeleteAsync("")).StatusCode);
    }

    [Fact]
    public async Task A_collection_begins_with_the_vocabulary_that_its_settings_name()
    {
        await _node.CreateAsync("other");
        await _node.UploadAsync("other", Pictures.Unique(160, 120));
        await _node.IndexedAsync("other", 1);
        await _node.TrainVocabularyAsync("other");
        var vocabulary = (await _node.Collections.GetCurrentAsync("other", None))!.Active!.VocabularyVersion!;

        await _node.CreateAsync(Collection, new CollectionSettings { Vocabulary = new() { Version = vocabulary } });
        await _node.UploadAsync(Collection, Pictures.Unique(160, 120));
        await Eventually.TrueAsync(
            async ct => (await _node.Collections.GetCurrentAsync(Collection, ct))?.Active?.VocabularyVersion == vocabulary, Node.Patience, "The vocabulary");

        await _node.IndexedAsync(Collection, 1);
    }

    [Fact]
    public async Task A_collection_begins_with_the_encoder_that_its_settings_name_and_searches_by_its_codes()
    {
        var random = new Random(5);
        double[] weights = [.. Enumerable.Range(0, 32 * 576).Select(_ => random.NextDouble() - 0.5)];
        var encoder = await _node.Services.GetRequiredService<ArtifactStore>().AddAsync(
            EncoderCatalog.ArtifactKind, new LinearHash(weights, new double[32], 576).BuildModel(), new ArtifactLineage { CreatedFrom = "a test" }, None);
        await _node.CreateAsync(Collection, new CollectionSettings { Encoder = new() { Version = encoder.Version } });

        var uploads = new[] { await _node.UploadAsync(Collection, Pictures.Unique()), await _node.UploadAsync(Collection, Pictures.Unique()) };
        await _node.IndexedAsync(Collection, 2);

        var generation = (await _node.Collections.GetCurrentAsync(Collection, None))!.Active!;
        Assert.Equal((encoder.Version, 32), (generation.EncoderVersion, generation.Bits));
        var found = await _node.SearchAsync(Collection, uploads[0].ImageId!.Value, SearchModes.Hash);
        Assert.Equal((uploads[0].ImageId!.Value, (int?)0), (found.Hits[0].ImageId, found.Hits[0].HammingDistance));
    }

    private async Task SendLateAsync(ImageRecord image, string features, Generation generation)
    {
        await _node.SendAsync(ImageEvents.Accepted(image));
        await _node.SendAsync(new SiftExtracted { Collection = image.Collection, ImageId = image.ImageId, FeatureKey = features, SiftVersion = "sift-late", Keypoints = 1 }.About(image.ToHeader()));
        await _node.SendAsync(ImageEvents.Indexed(image, generation));
        await _node.SendAsync(ImageEvents.Deleted(ImageEvents.Delete(image)));
        await _node.SendAsync(new ImageRejected { Collection = image.Collection, ImageId = image.ImageId, Stage = Stages.Cnn, Reason = RejectionReasons.CorruptImage });
    }

    /// <summary>Waits until nothing was consumed for a while: the in-memory bus tells no depths.</summary>
    private async Task QuietAsync()
    {
        // What is behind all the late ones in the queues has been dealt with.
        var last = await _node.UploadAsync("other", Pictures.Unique());
        await Eventually.TrueAsync(
            async ct => await _node.Images.GetAsync("other", last.ImageId!.Value, ct) is { Status: ImageStatus.Indexed }, Node.Patience, "An image behind the late messages");
    }

    private static async Task<JsonNode> BodyAsync(HttpResponseMessage response) => JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

    /// <summary>Where the state, the blobs or the index say one of the words.</summary>
    // Who hears of a collection's end, as the dashboard, forgets it a moment later.
    private async Task NoTraceAsync(string[] words)
    {
        List<string> found = [];
        await Eventually.TrueAsync(
            async () => (found = await TracesAsync(words)).Count == 0, TimeSpan.FromSeconds(30), () => Task.FromResult(string.Join('\n', found)));
    }

    private async Task<List<string>> TracesAsync(string[] words)
    {
        var found = new List<string>();
        await using (var state = new SqliteConnection($"Data Source={Path.Combine(_folder.FullName, "state.db")};Mode=ReadOnly;Pooling=False"))
        {
            await state.OpenAsync();
            foreach (var table in (string[])["record", "member", "scored", "counter"])
            {
                await using var command = state.CreateCommand();
                command.CommandText = $"SELECT * FROM {table}";
                await using var row = await command.ExecuteReaderAsync();
                while (await row.ReadAsync())
                {
                    Look(table, string.Join(' ', Enumerable.Range(0, row.FieldCount).Select(i => row[i] is byte[] bytes ? Encoding.Latin1.GetString(bytes) : row[i])));
                }
            }
        }

        await foreach (var text in FolderContent.ReadAsync(Path.Combine(_folder.FullName, "blobs")))
        {
            Look("blobs", text);
        }

        var index = _node.Services.GetRequiredService<IVectorIndex>();
        foreach (var name in await index.ListCollectionsAsync())
        {
            Look("index", name);
            var page = await index.ScanAsync(name, null, 1000);
            foreach (var point in page.Points)
            {
                // The same bytes are another image in another collection.
                Look(name, $"{point.Id:N} {point.Id:D}");
            }
        }

        return found;

        void Look(string place, string text) => found.AddRange(words.Where(word => text.Contains(word, StringComparison.Ordinal)).Select(word => $"{word} in {place}: {text[..Math.Min(text.Length, 200)]}"));
    }
}
