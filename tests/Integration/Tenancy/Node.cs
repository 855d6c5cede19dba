using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Contracts.Queries;
using Pipeline.Messaging;
using Pipeline.Standalone;
using Pipeline.Storage;
using Pipeline.Tests.Integration.Pipelines;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Tenancy;

/// <summary>The whole pipeline in this process, on a folder that outlives it: it can be stopped, lose a store and start again.</summary>
internal sealed class Node : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly WebApplication _app;

    private Node(WebApplication app) => _app = app;

    public IServiceProvider Services => _app.Services;

    public CollectionCatalog Collections => Services.GetRequiredService<CollectionCatalog>();

    public ImageCatalog Images => Services.GetRequiredService<ImageCatalog>();

    public UploadCatalog Uploads => Services.GetRequiredService<UploadCatalog>();

    public IBlobStore Blobs => Services.GetRequiredService<IBlobStore>();

    public Uri Gateway => new(_app.Urls.First());

    public static async Task<Node> StartAsync(DirectoryInfo folder, params (string Key, string Value)[] settings)
    {
        folder.CreateSubdirectory("pictures");
        var app = StandaloneHost.Build([], builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["urls"] = "http://127.0.0.1:0",
                ["Storage:Blobs:Root"] = Path.Combine(folder.FullName, "blobs"),
                ["Storage:State:Path"] = Path.Combine(folder.FullName, "state.db"),
                ["Index:Path"] = Path.Combine(folder.FullName, "index.db"),
                ["Index:Deletion:Interval"] = "00:00:00.2",
                ["Index:Deletion:Settle"] = "00:00:01",
                ["Index:Retention:Interval"] = "00:00:00.2",
                ["Upload:AllowedRoots:0"] = Path.Combine(folder.FullName, "pictures"),
                ["Mining:Vocabulary:Automatic"] = "false",
                ["Mining:Vocabulary:Words"] = "16",
                ["Logging:LogLevel:Default"] = "Warning",
            });
            builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        });
        await app.StartAsync();
        return new Node(app);
    }

    public async Task SendAsync<T>(T message)
        where T : class
    {
        await using var scope = Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IEventPublisher>().PublishAsync(message);
    }

    public Task CreateAsync(string collection, CollectionSettings? settings = null) =>
        Services.GetRequiredService<IBus>().CreateRequestClient<CreateCollection>()
            .GetResponse<CollectionCreated>(new CreateCollection { Collection = collection, Settings = settings });

    /// <summary>Uploads bytes, and waits until they are an image or refused.</summary>
    public async Task<UploadRecord> UploadAsync(
        string collection, byte[] bytes, string? externalId = null, string[]? labels = null, DateTimeOffset? timestamp = null)
    {
        var upload = new ImageUploaded
        {
            UploadId = Guid.NewGuid(), Collection = collection, ExternalId = externalId, Labels = labels ?? [], Timestamp = timestamp,
            Source = new ImageSource { Bytes = bytes },
        };
        await SendAsync(upload);
        return await Eventually.FindAsync(
            async ct => await Uploads.GetAsync(upload.UploadId.Value, ct) is { Status: not UploadStatus.Received } known ? known : null, Patience, "The end of an upload");
    }

    /// <summary>Waits until so many images are indexed with all that they are to have, words of the vocabulary included if there is one.</summary>
    public async Task<IReadOnlyList<ImageRecord>> IndexedAsync(string collection, int count)
    {
        IReadOnlyList<ImageRecord> indexed = [];
        await Eventually.TrueAsync(
            async ct =>
            {
                var vocabulary = (await Collections.GetCurrentAsync(collection, ct))?.Active?.VocabularyVersion;
                indexed = (await Images.ListAsync(collection, ImageStatus.Indexed, null, ImageCatalog.MaxPage, ct)).Images;
                return indexed.Count == count
                    && indexed.All(image => image.IndexedRevision == image.PayloadRevision && (vocabulary is null || image.OutputKey(Stages.Words, vocabulary) is not null));
            },
            Patience,
            $"{count} indexed images of {collection}");
        return [.. indexed.OrderBy(image => image.ImageId)];
    }

    public async Task TrainVocabularyAsync(string collection)
    {
        await SendAsync(new TrainVocabulary { Collection = collection, Words = 16, CorrelationId = Guid.NewGuid() });
        await Eventually.TrueAsync(
            async ct => (await Collections.GetCurrentAsync(collection, ct))?.Active?.VocabularyVersion is not null, Patience, "A vocabulary");
    }

    /// <summary>What a search by each image finds in each mode, as text.</summary>
    public async Task<string> SearchAllAsync(string collection, IEnumerable<Guid> images)
    {
        var answers = new List<string>();
        foreach (var image in images)
        {
            foreach (var mode in (string[])[SearchModes.Cnn, SearchModes.Hash, SearchModes.Sift])
            {
                var results = (await SearchAsync(collection, image, mode)).Hits;
                answers.AddRange(results.Select(hit =>
                    $"{image:N} {mode} {hit.ImageId:N} {hit.Score:R} {hit.HammingDistance} {hit.Match} {string.Join(',', hit.ExternalIds)} {string.Join(',', hit.Labels)}"));
            }
        }

        Assert.NotEmpty(answers);
        return string.Join('\n', answers);
    }

    public Task<SearchResults> SearchAsync(string collection, Guid image, string mode) => Services.AskAsync<SearchImages, SearchResults>(
        new() { Collection = collection, ImageId = image, Mode = mode, Limit = 20 });

    public async Task RebuildAsync(string collection)
    {
        var id = Guid.NewGuid();
        await SendAsync(new RebuildCollection { Collection = collection, CorrelationId = id });
        var rebuilds = Services.GetRequiredService<CollectionRebuilds>();
        await Eventually.TrueAsync(async ct => await rebuilds.GetAsync(collection, ct) is { Finished: true } rebuild && rebuild.Id == id, Patience, "A rebuild");
    }

    public async Task DeleteAsync(string collection)
    {
        await SendAsync(new DeleteCollection { Collection = collection, CorrelationId = Guid.NewGuid() });
        await Eventually.TrueAsync(async ct => await Collections.FindAsync(collection, ct) is null, Patience, $"The end of {collection}");
        await Eventually.TrueAsync(async ct => (await Collections.ListEndsAsync(ct)).Count == 0, Patience, $"Word of the end of {collection}");
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
