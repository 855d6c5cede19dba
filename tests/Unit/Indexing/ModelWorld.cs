using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Indexing;
using Pipeline.Indexing.Models;
using Pipeline.Indexing.Reindexing;
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
        _services = new ServiceCollection().AddMetrics().AddSingleton<IEventPublisher>(this).BuildServiceProvider();
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

    public GenerationChange Commands { get; private set; } = null!;

    public GenerationFill Fill { get; private set; } = null!;

    public GenerationKeeping Keeping { get; private set; } = null!;

    /// <summary>Everything that was published, in order, but what is below.</summary>
    public ConcurrentQueue<object> Published { get; } = [];

    /// <summary>Embeddings that were asked for.</summary>
    public ConcurrentQueue<EmbedImages> Asked { get; } = [];

    /// <summary>What was told of generations.</summary>
    public ConcurrentQueue<ReindexProgressed> Progress { get; } = [];

    /// <summary>Runs before each publication; may throw, as a process that dies there.</summary>
    public Action BeforePublish { get; set; } = () => { };

    public void Restart(TimeSpan grace = default, TimeSpan keep = default, double recall = 0.95, TimeSpan? askAgain = null, int maxAsks = 3)
    {
        var scopes = _services.GetRequiredService<IServiceScopeFactory>();
        var options = Options.Create(new ReindexOptions { BatchSize = 2, Concurrency = 2, Grace = grace, KeepPrevious = keep, Patience = default, CanaryRecall = recall, Share = 1, AskAgain = askAgain ?? TimeSpan.FromMinutes(2), MaxAsks = maxAsks });
        var metrics = new ReindexMetrics(_services.GetRequiredService<IMeterFactory>());
        var reports = new ReindexReports(Catalog.Collections, scopes, metrics, TimeProvider.System, NullLogger<ReindexReports>.Instance);
        Commands = new GenerationChange(
            Catalog.Collections, new GenerationVersions(Catalog.Collections, Catalog.Encoders, Catalog.Artifacts), Index, _writes, reports);
        Change = new ModelReplacement(Catalog.Collections, Catalog.Artifacts, Commands, reports, _writes, NullLogger<ModelReplacement>.Instance);
        var features = new StoredFeatures(Catalog.Blobs);
        var throttle = new ReindexThrottle(Catalog.Images, options, TimeProvider.System);
        Fill = new GenerationFill(
            Catalog.Collections,
            Catalog.Images,
            Generations,
            Index,
            _writes,
            new GenerationFiller(Catalog.Images, Indexer, features, scopes, metrics, options, TimeProvider.System),
            new GenerationVerification(Catalog.Images, Index, Indexer, features, new Canaries(Index, Catalog.Blobs, throttle, options), options),
            throttle,
            reports,
            options,
            TimeProvider.System,
            NullLogger<GenerationFill>.Instance);
        Keeping = new GenerationKeeping(
            Catalog.Collections,
            Catalog.Images,
            Generations,
            Commands,
            Index,
            new ModelAnnouncement(Catalog.Collections, Catalog.Images, Generations, _writes, Catalog.Blobs, scopes),
            reports,
            _writes,
            options,
            TimeProvider.System,
            NullLogger<GenerationKeeping>.Instance);
    }

    public Task PublishAsync<T>(T message, CancellationToken cancellationToken = default)
        where T : class
    {
        switch (message)
        {
            case EmbedImages embed:
                Asked.Enqueue(embed);
                break;
            case ReindexProgressed progress:
                Progress.Enqueue(progress);
                break;
            default:
                BeforePublish();
                Published.Enqueue(message);
                break;
        }

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

    /// <summary>What the process does of itself again and again.</summary>
    public async Task SweepAsync()
    {
        await Fill.AdvanceAsync(Collection, None);
        await Keeping.SweepAsync(Collection, None);
    }

    /// <summary>An accepted image with all its parts, by the backbone.</summary>
    public async Task<Guid> LiveAsync(Guid? image = null)
    {
        var id = await AcceptAsync(image);
        await StoreSiftAsync(id);
        await SettleAsync(id, Stages.Sift, new() { Done = true, Version = "s", FeatureKey = SiftKey(id) });
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

    /// <summary>Where an image's SIFT features are.</summary>
    public static string SiftKey(Guid image) => BlobKeys.Sift(Collection, image, 1, "s");

    /// <summary>Stores an image's SIFT features, which nobody here reads.</summary>
    public Task StoreSiftAsync(Guid image) => Catalog.Blobs.PutAsync(SiftKey(image), new byte[] { 1 }, None);

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
        var embedded = (await MissingAsync()).SelectMany(command => command.Images).Select(image => image.ImageId);
        var encoded = Published.OfType<EncodeImage>().Where(command => command.ModelVersion == model).Select(command => command.ImageId);
        foreach (var image in embedded.Concat(encoded).Distinct().ToArray())
        {
            await ReembeddedAsync(image, model);
        }
    }

    public async Task ChangeAsync(ModelPublished model)
    {
        await PrepareAsync(model);
        await FillAsync(model.ModelVersion);
        await SweepAsync();
    }

    /// <summary>What a walk over all images asks for.</summary>
    public async Task<List<EmbedImages>> MissingAsync()
    {
        Asked.Clear();
        if (await RecordAsync() is { Active.Next: { } next })
        {
            await Catalog.Collections.SetProgressAsync(Collection, new GenerationProgress { Generation = next.Number }, None);
            await Fill.AdvanceAsync(Collection, None);
        }

        return [.. Asked];
    }

    public Task DeleteAsync(Guid image) => new ImageDeletion(Catalog.Images, Indexer, Catalog.Blobs, Catalog.References, Catalog.Manifests, Catalog.Restoration, Catalog.Verdicts)
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
