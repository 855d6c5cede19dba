using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Indexing;
using Pipeline.Indexing.Models;
using Pipeline.Messaging;
using Pipeline.Onnx;
using Pipeline.Storage;
using Pipeline.Tests.Unit.Catalog;
using Pipeline.Tests.Unit.VectorIndex;
using Pipeline.VectorIndex;

namespace Pipeline.Tests.Unit.Indexing;

/// <summary>A collection that changes its model, on real stores and a real index; the services that embed and encode are played.</summary>
internal sealed class ModelWorld : IAsyncDisposable, IEventPublisher
{
    public const string Collection = CatalogFixture.Collection;
    public const string Backbone = "cnn-1";
    public const string Encoder = "hash-1";
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly IndexDirectory _directory = new();
    private readonly IndexWrites _writes = new();
    private readonly ServiceProvider _services;

    public ModelWorld()
    {
        _services = new ServiceCollection().AddSingleton<IEventPublisher>(this).BuildServiceProvider();
        Generations = new Generations(Catalog.Collections, Index);
        Indexer = new ImageIndexer(Catalog.Images, Generations, Index, _writes, Catalog.Blobs, TimeProvider.System);
        Restart();
    }

    public CatalogFixture Catalog { get; } = new();

    public IVectorIndex Index => _directory.Index;

    public Generations Generations { get; }

    public ImageIndexer Indexer { get; }

    public IndexWrites Writes => _writes;

    public ModelReplacement Change { get; private set; } = null!;

    /// <summary>Everything that was published, in order.</summary>
    public ConcurrentQueue<object> Published { get; } = [];

    /// <summary>Runs before each publication; may throw, as a process that dies there.</summary>
    public Action BeforePublish { get; set; } = () => { };

    public void Restart(TimeSpan grace = default)
    {
        var scopes = _services.GetRequiredService<IServiceScopeFactory>();
        Change = new ModelReplacement(
            Catalog.Collections,
            Catalog.Models,
            Catalog.Artifacts,
            Catalog.Images,
            Generations,
            Indexer,
            new ModelAnnouncement(Catalog.Collections, Catalog.Images, Generations, _writes, Catalog.Blobs, scopes),
            _writes,
            Options.Create(new ModelChangeOptions { BatchSize = 2, Grace = grace }),
            TimeProvider.System,
            NullLogger<ModelReplacement>.Instance);
    }

    public Task PublishAsync<T>(T message, CancellationToken cancellationToken = default)
        where T : class
    {
        BeforePublish();
        Published.Enqueue(message);
        return Task.CompletedTask;
    }

    /// <summary>A head in the registry, and the event that it is to serve.</summary>
    public async Task<ModelPublished> HeadAsync(byte content, string backbone = Backbone, DateTimeOffset? at = null)
    {
        var lineage = new ArtifactLineage { CreatedFrom = "a test", Settings = new Dictionary<string, string> { [ModelCatalog.BackboneSetting] = backbone } };
        var head = await Catalog.Artifacts.AddAsync(ModelCatalog.HeadKind, new[] { content }, lineage, None);
        return new()
        {
            Collection = Collection,
            ModelVersion = head.Version,
            BackboneVersion = Backbone,
            Dimensions = 2,
            PublishedAt = at ?? DateTimeOffset.UtcNow,
            CorrelationId = Guid.NewGuid(),
        };
    }

    public Task<bool> PrepareAsync(ModelPublished model) => Change.PrepareAsync(model, None);

    public Task<bool> RollBackAsync(Guid? id = null, string? model = null) =>
        Change.RollBackAsync(new() { Collection = Collection, ModelVersion = model, CorrelationId = id ?? Guid.NewGuid() }, None);

    public Task SweepAsync() => Change.SweepAsync(Collection, None);

    /// <summary>An accepted image with all its parts, by the backbone.</summary>
    public async Task<Guid> LiveAsync(Guid? image = null)
    {
        var id = await AcceptAsync(image);
        await SettleAsync(id, Stages.Sift, new() { Done = true, Version = "s", FeatureKey = "s" });
        await EmbeddedAsync(id, Backbone);
        await SettleAsync(id, Stages.Cnn, new() { Done = true, Version = Backbone, FeatureKey = BlobKeys.Cnn(Collection, id, 1, Backbone) });
        await SettleAsync(id, Stages.Hash, new() { Done = true, Version = Encoder, Code = Code(Backbone), ModelVersion = Backbone });
        return id;
    }

    public async Task<Guid> AcceptAsync(Guid? image = null)
    {
        var (id, upload) = (image ?? Guid.NewGuid(), Guid.NewGuid());
        await Catalog.Uploads.AcceptAsync(upload, CatalogFixture.Upload(upload), CatalogFixture.Content(id), 1, None);
        return id;
    }

    public Task<ImageRecord?> SettleAsync(Guid image, string stage, StageOutcome outcome) =>
        Indexer.SettleAsync(Collection, image, 1, stage, outcome, None);

    public Task EmbeddedAsync(Guid image, string model) => Catalog.Blobs.PutAsync(
        BlobKeys.Cnn(Collection, image, 1, model), new CnnFeatures(Embedding(model), default, []).Serialize(), None);

    /// <summary>What CNN extraction and hash encoding answer to <see cref="EmbedImages"/>.</summary>
    public async Task<ImageRecord?> ReembeddedAsync(Guid image, string model, string encoder = Encoder)
    {
        await EmbeddedAsync(image, model);
        return await Indexer.SettleCodeAsync(
            new() { Collection = Collection, ImageId = image, Code = Code(model), Bits = 64, EncoderVersion = encoder, ModelVersion = model }, None);
    }

    /// <summary>Embeds whatever is missing.</summary>
    public async Task FillAsync(string model)
    {
        foreach (var image in (await MissingAsync()).SelectMany(command => command.Images))
        {
            await ReembeddedAsync(image.ImageId, model);
        }
    }

    public async Task ChangeAsync(ModelPublished model)
    {
        await PrepareAsync(model);
        await FillAsync(model.ModelVersion);
        await SweepAsync();
    }

    public async Task<List<EmbedImages>> MissingAsync()
    {
        var commands = new List<EmbedImages>();
        await foreach (var command in Change.MissingAsync(Collection, None))
        {
            commands.Add(command);
        }

        return commands;
    }

    public Task DeleteAsync(Guid image) => new ImageDeletion(Catalog.Images, Indexer, Catalog.Blobs, Catalog.References)
        .DeleteAsync(new() { Collection = Collection, ImageId = image, Incarnation = 1 }, None);

    public async Task<CollectionRecord> RecordAsync() => (await Catalog.Collections.GetCurrentAsync(Collection, None))!;

    public async Task<string> ServingAsync() => (await RecordAsync()).Active!.ModelVersion;

    public Task<ImageRecord?> ImageAsync(Guid image) => Catalog.Images.GetAsync(Collection, image, None);

    /// <summary>The images of a generation's index, each with its embedding.</summary>
    public async Task<Dictionary<Guid, float[]>> PointsAsync(int generation) =>
        (await Index.ScanAsync($"{Collection}-g{generation}", null, 100)).Points
        .ToDictionary(point => point.Id, point => point.Vectors.TryGetValue(IndexSpaces.Cnn, out var vector) ? ((DenseVector)vector).Values : []);

    /// <summary>Different for each model.</summary>
    public static float[] Embedding(string model)
    {
        var angle = model.Sum(letter => letter) % 97;
        return [MathF.Cos(angle), MathF.Sin(angle)];
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _writes.Dispose();
        await _directory.DisposeAsync();
        await Catalog.DisposeAsync();
    }

    private static byte[] Code(string model) => [.. model.Take(5).Select(letter => (byte)letter), 0, 0, (byte)model.Sum(letter => letter)];
}
