using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Learning;
using Pipeline.Learning.Gate;
using Pipeline.Learning.Synthesis;
using Pipeline.ModelUpdating;
using Pipeline.ModelUpdating.Evidence;
using Pipeline.ModelUpdating.Start;
using Pipeline.ModelUpdating.Training;
using Pipeline.Onnx;
using Pipeline.Onnx.Graphs;
using Pipeline.Storage;
using Pipeline.Tests.Unit.Catalog;
using Pipeline.Tests.Unit.Onnx;

namespace Pipeline.Tests.Unit.ModelUpdating;

/// <summary>
/// A collection on real stores whose images show a few subjects. Half of an image's activation is its subject's, the other half noise of
/// its own, and the present head does not tell them apart: there is something to learn.
/// </summary>
internal sealed class UpdatingWorld : IAsyncDisposable
{
    public const string Collection = CatalogFixture.Collection;
    public const string Backbone = "cnn-1";
    public const int Dimensions = 8;
    public const int ViewsPerSubject = 4;
    private const int TrunkLength = 16;
    private static readonly int[] TrunkShape = [4, 2, 2];
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly NeighbourhoodCatalog _neighbourhoods;

    public UpdatingWorld()
    {
        Blobs = new HookedBlobs(Catalog.Blobs);
        _neighbourhoods = new NeighbourhoodCatalog(Catalog.State);
        Updates = new ModelUpdateCatalog(Catalog.State, TimeProvider.System);
        Pairs = new SeenPairs(Catalog.State, Blobs, new CollectionWalk(Catalog.Images, _neighbourhoods));
    }

    public CatalogFixture Catalog { get; } = new();

    public HookedBlobs Blobs { get; }

    public ModelUpdateCatalog Updates { get; }

    public SeenPairs Pairs { get; }

    public ModelUpdatingOptions Updating { get; } = new() { Hold = TimeSpan.FromSeconds(5), CheckpointInterval = TimeSpan.Zero };

    public LearningOptions Learning { get; } = new() { BatchImages = 16, ImagesPerSubject = 4, Epochs = 1, MinSteps = 40, MaxSteps = 40, Rate = 0.02 };

    public SynthesisOptions Synthesis { get; } = new() { PerClass = 3, Steps = 10, Unclassed = 6 };

    public GateOptions Gate { get; } = new() { MaxForgetting = 1 };

    public List<string> Log { get; } = [];

    public string Present { get; private set; } = "";

    /// <summary>Views of subjects; all views of one subject are verified pairs.</summary>
    public IReadOnlyList<Guid[]> Subjects { get; private set; } = [];

    /// <summary>A collection with so many subjects, and the head that serves.</summary>
    public static async Task<UpdatingWorld> CreateAsync(int subjects = 8, byte[]? head = null, string backboneOfHead = Backbone, string kind = PairKinds.Complementary)
    {
        var world = new UpdatingWorld();
        var lineage = new ArtifactLineage { CreatedFrom = "a test", Settings = new Dictionary<string, string> { [ModelCatalog.BackboneSetting] = backboneOfHead } };
        world.Present = (await world.Catalog.Artifacts.AddAsync(ModelCatalog.HeadKind, head ?? Head(), lineage, None)).Version;
        await world.Catalog.Collections.CreateAsync(Collection, None);
        await world.Catalog.Collections.ActivateFirstAsync(
            Collection,
            new() { Number = 1, ModelVersion = world.Present, BackboneVersion = Backbone, Dimensions = Dimensions, EncoderVersion = "hash-1", Bits = 16 },
            None);
        world.Subjects = [.. await Task.WhenAll(Enumerable.Range(0, subjects).Select(subject => world.AddSubjectAsync(subject, kind)))];
        return world;
    }

    /// <summary>A linear head: trunk [N, 4, 2, 2] to embedding [N, 8]. With a last operator of one input, if it is named.</summary>
    public static byte[] Head(string? last = null)
    {
        var random = new Random(5);
        var graph = new OnnxGraphBuilder("head");
        string trunk = graph.Input("trunk", OnnxElementType.Float, "N", 4, 2, 2);
        string weights = graph.Constant(
            "weights", [.. Enumerable.Range(0, TrunkLength * Dimensions).Select(_ => (random.NextSingle() - 0.5f) / 4)], TrunkLength, Dimensions);
        string flat = graph.Node("Flatten", null, [trunk]);
        string embedding = last is null
            ? graph.Node("MatMul", "embedding", [flat, weights])
            : graph.Node(last, "embedding", [graph.Node("MatMul", null, [flat, weights])]);
        graph.Output(embedding, OnnxElementType.Float, "N", Dimensions);
        return graph.Build();
    }

    /// <summary>The same with a batch normalisation, whose statistics say what the head has seen.</summary>
    public static byte[] NormalisedHead()
    {
        const int Channels = 4;
        var random = new Random(5);
        var graph = new OnnxGraphBuilder("head");
        string trunk = graph.Input("trunk", OnnxElementType.Float, "N", Channels, 2, 2);
        string Statistic(string name, float value) => graph.Constant(name, [.. Enumerable.Repeat(value, Channels)], Channels);
        string normalised = graph.Node(
            "BatchNormalization", null, [trunk, Statistic("scale", 1), Statistic("shift", 0), Statistic("mean", 0.1f), Statistic("variance", 0.8f)]);
        string weights = graph.Constant(
            "weights", [.. Enumerable.Range(0, TrunkLength * Dimensions).Select(_ => (random.NextSingle() - 0.5f) / 4)], TrunkLength, Dimensions);
        graph.Output(graph.Node("MatMul", "embedding", [graph.Node("Flatten", null, [normalised]), weights]), OnnxElementType.Float, "N", Dimensions);
        return graph.Build();
    }

    public async Task<Guid[]> AddSubjectAsync(int subject, string kind = PairKinds.Complementary)
    {
        var views = await Task.WhenAll(Enumerable.Range(0, ViewsPerSubject).Select(view => AddImageAsync(subject, view)));
        foreach (var view in views)
        {
            await PairAsync(view, [.. views.Where(other => other != view).Select(other => (other, kind, true))]);
        }

        return views;
    }

    /// <summary>The same subject and view give the same image, id included, in every world.</summary>
    public async Task<Guid> AddImageAsync(int subject, int view, params string[] labels)
    {
        var id = ImageIdentity.CreateVersion5(new Guid("0e6b1f5e-1111-4222-8333-444455556666"), $"{subject}/{view}");
        var (common, own) = (new Random(1000 + subject), new Random((subject * 100) + view));
        var trunk = new Half[TrunkLength];
        for (var i = 0; i < TrunkLength; i++)
        {
            trunk[i] = (Half)(((i % 2 == 0 ? common : own).NextSingle() - 0.5f) * (i % 2 == 0 ? 2 : 4));
        }

        using var head = new CnnHead(await Catalog.Artifacts.LoadAsync(Present, None), OnnxFixture.Sessions);
        var embedding = head.Embed([trunk])[0]!;
        await Catalog.Blobs.PutAsync(BlobKeys.Cnn(Collection, id, 1, Backbone), new CnnFeatures(embedding, trunk, TrunkShape).Serialize(), None);
        await Catalog.Blobs.PutAsync(BlobKeys.Cnn(Collection, id, 1, Present), new CnnFeatures(embedding, default, []).Serialize(), None);
        var stages = new Dictionary<string, StageOutcome> { [Stages.Cnn] = new() { Done = true, Version = Backbone, FeatureKey = BlobKeys.Cnn(Collection, id, 1, Backbone) } };
        await Catalog.Images.UpdateAsync(
            Collection, id, _ => new ImageRecord { ImageId = id, Collection = Collection, Status = ImageStatus.Indexed, Labels = labels, Stages = stages }, None);
        return id;
    }

    /// <summary>Says which pairs start at an image.</summary>
    public async Task PairAsync(Guid image, params (Guid Other, string Kind, bool Verified)[] pairs)
    {
        var before = (await _neighbourhoods.ReadAsync(Collection, [image], None))[0];
        var after = new Neighbourhood
        {
            ImageId = image, Pairs = [.. pairs.Select(pair => new MinedPair { OtherId = pair.Other, Kind = pair.Kind, Verified = pair.Verified })],
        };
        if (!await _neighbourhoods.TryReplaceAsync(Collection, [new NeighbourhoodChange(before, after, new HashSet<Guid>(), false)], None))
        {
            throw new InvalidOperationException("Somebody else changed the neighbourhood.");
        }
    }

    /// <summary>Says of two images whether they are the same, as a person does.</summary>
    public async Task JudgeAsync(Guid first, Guid second, string verdict)
    {
        var records = await Catalog.Images.GetManyAsync(Collection, [first, second], None);
        var command = ImageVerdicts.Judge(records[0]!, records[1]!, verdict, "otto", TimeProvider.System.GetUtcNow());
        _ = await Catalog.Verdicts.JudgeAsync(command, None) ?? throw new InvalidOperationException("The verdict is not noted.");
    }

    public Task DeleteAsync(Guid image) =>
        Catalog.Images.UpdateAsync(Collection, image, record => record! with { Status = ImageStatus.Deleting }, None);

    /// <summary>Lets a head serve, as Indexing does.</summary>
    public async Task ServeAsync(string version)
    {
        using var head = new CnnHead(await Catalog.Artifacts.LoadAsync(version, None), OnnxFixture.Sessions);
        foreach (var view in Subjects.SelectMany(views => views))
        {
            var features = CnnFeatures.Parse(await Catalog.Blobs.TryReadAsync(BlobKeys.Cnn(Collection, view, 1, Backbone), None));
            await Catalog.Blobs.PutAsync(BlobKeys.Cnn(Collection, view, 1, version), new CnnFeatures(head.Embed([features.Trunk])[0]!, default, []).Serialize(), None);
        }

        var record = (await Catalog.Collections.GetCurrentAsync(Collection, None))!;
        var next = record.Active! with { Number = 2, ModelVersion = version };
        await Catalog.Collections.TryBeginAsync(Collection, record, new ModelChange(Guid.NewGuid(), version, null), next, "a test", None);
        await Catalog.Collections.TryServeNextAsync(Collection, (await Catalog.Collections.GetCurrentAsync(Collection, None))!, figures: null, None);
        Present = version;
    }

    public static UpdateModel Command(int? seed = null) => new() { Collection = Collection, Seed = seed, CorrelationId = Guid.NewGuid() };

    public Task<ModelPublished?> RunAsync(UpdateModel command, Action<ModelUpdateProgressed>? progressed = null, CancellationToken ct = default) =>
        Process().RunAsync(
            command,
            (progress, _) =>
            {
                progressed?.Invoke(progress);
                return Task.CompletedTask;
            },
            ct);

    public async Task<ModelUpdate> UpdateAsync(UpdateModel command) => (await Updates.GetAsync(Collection, None)).Find(command.CorrelationId)!;

    /// <summary>Whether an update of this id left anything but its record.</summary>
    public async Task<bool> LeftAnythingAsync(UpdateModel command) =>
        await Blobs.ExistsAsync(BlobKeys.ModelUpdateCheckpoint(Collection, command.CorrelationId), None)
        || await Blobs.ExistsAsync(BlobKeys.ModelUpdatePlan(Collection, command.CorrelationId), None);

    public UpdatePlanner Planner() => new(new CollectionWalk(Catalog.Images, _neighbourhoods), Pairs, new LearnedPairs(Blobs), Options.Create(Updating));

    public UpdateStart Start(TimeProvider? time = null) => new(Catalog.Collections, Updates, Pairs, Options.Create(Updating), time ?? TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Catalog.DisposeAsync();
    }

    /// <summary>The service as a process has it: nothing is remembered of another.</summary>
    private CollectionUpdates Process()
    {
        var metrics = new ModelUpdateMetrics(_services.GetRequiredService<IMeterFactory>());
        var checkpoints = new UpdateCheckpoints(Blobs, new ListLogger<UpdateCheckpoints>(Log));
        return new CollectionUpdates(
            Catalog.Collections,
            Updates,
            new UpdatePlans(Blobs, Catalog.Images, Planner(), new ListLogger<UpdatePlans>(Log)),
            new StoredActivations(new FeatureBlobs(Blobs, NullLogger<FeatureBlobs>.Instance), NullLogger<StoredActivations>.Instance),
            new PresentHead(new BackboneModel(Options.Create(new BackboneOptions())), Options.Create(new BackboneOptions()), Catalog.Artifacts),
            new HeadTrainer(
                OnnxFixture.Sessions, checkpoints, Updates, Options.Create(Updating), Options.Create(Learning), Options.Create(Synthesis), Options.Create(Gate), metrics, TimeProvider.System, NullLogger<HeadTrainer>.Instance),
            new LearnedPairs(Blobs),
            checkpoints,
            Catalog.Artifacts,
            Options.Create(Updating),
            Options.Create(Learning),
            Options.Create(Synthesis),
            Options.Create(Gate),
            metrics,
            TimeProvider.System,
            NullLogger<CollectionUpdates>.Instance);
    }

    private sealed class ListLogger<T>(List<string> lines) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (lines)
            {
                lines.Add($"{logLevel}: {formatter(state, exception)}");
            }
        }
    }
}
