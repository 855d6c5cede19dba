using System.Net.Http.Json;
using System.Numerics.Tensors;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Contracts.Queries;
using Pipeline.Onnx;
using Pipeline.Onnx.Graphs;
using Pipeline.Storage;
using Pipeline.Tests.Integration.Pipelines;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Models;

/// <summary>A pipeline of its own for each test, because a model concerns the whole collection.</summary>
public abstract class ModelFixture(SharedServers servers) : IAsyncLifetime
{
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Of the trunk.</summary>
    private const int Channels = 96;

    protected TestPipeline Pipeline { get; private set; } = null!;

    protected IServiceProvider Services => Pipeline.Services;

    protected IBlobStore Blobs => Services.GetRequiredService<IBlobStore>();

    /// <summary>Further settings; the last of one name holds.</summary>
    protected virtual IEnumerable<(string Key, string Value)> Settings => [];

    public async Task InitializeAsync() => Pipeline = await TestPipeline.StartAsync(
        await servers.RabbitMqAsync(),
        [
            ("Messaging:RedeliveryDelay", "00:00:01"),
            ("Hashing:Training:Automatic", "false"),
            ("Index:Codes:SweepInterval", "00:00:00.2"),
            ("Index:Generations:SweepInterval", "00:00:00.2"),
            ("Index:Generations:BatchSize", "8"),
            ("ModelUpdating:Automatic", "false"),
            ("ModelUpdating:Learning:BatchImages", "32"),
            ("ModelUpdating:Learning:MinSteps", "40"),
            ("ModelUpdating:Learning:MaxSteps", "40"),
            ("ModelUpdating:Gate:MaxForgetting", "1"),
            ("Mining:Vocabulary:Automatic", "false"),
            .. Settings,
        ]);

    public async Task DisposeAsync() => await Pipeline.DisposeAsync();

    /// <summary>Uploads pictures and waits until they are indexed.</summary>
    protected async Task<IReadOnlyList<ImageRecord>> UploadAsync(params IEnumerable<byte[]> pictures)
    {
        var uploads = await Task.WhenAll(pictures.Select(bytes => Pipeline.UploadAsync(new { bytes })));
        return await Task.WhenAll(uploads.Select(upload => Pipeline.FinishedAsync(upload)));
    }

    /// <summary>The tail of the backbone itself.</summary>
    protected byte[] Tail() => OnnxGraphEditor.Extract(Services.GetRequiredService<BackboneModel>().Artifact, ["trunk"], ["embedding"]);

    /// <summary>
    /// A head that sees something else: a random projection of the trunk's channels, or of the first few of them; with a batch normalisation before it that
    /// changes nothing, if its statistics are to be followed.
    /// </summary>
    protected static byte[] Projection(int seed, int seen = Channels, bool normalises = false)
    {
        const int Dimensions = 576;
        var random = new Random(seed);
        var graph = new OnnxGraphBuilder("projection");
        var trunk = graph.Input("trunk", OnnxElementType.Float, "N", Channels, 7, 7);
        var weights = graph.Constant("weights", [.. Enumerable.Range(0, Channels * Dimensions).Select(i => (random.NextSingle() - 0.5f) * (i / Dimensions < seen ? 1 : 0.001f))], Channels, Dimensions);
        var channels = graph.Node("Flatten", null, [graph.Node("GlobalAveragePool", null, [normalises ? Normalised() : trunk])]);
        graph.Output(graph.Node("MatMul", "embedding", [channels, weights]), OnnxElementType.Float, "N", Dimensions);
        return graph.Build();

        string Normalised() => graph.Node("BatchNormalization", null, [trunk, Each("scale", 1), Each("shift", 0), Each("mean", 0), Each("variance", 1)]);

        string Each(string name, float value) => graph.Constant(name, [.. Enumerable.Repeat(value, Channels)], Channels);
    }

    /// <summary>Registers a head and says that it is to serve.</summary>
    protected async Task<ModelPublished> PublishAsync(byte[] model, bool reindexRequired = true)
    {
        var backbone = (await RecordAsync()).Active!.Backbone;
        var lineage = new ArtifactLineage
        {
            Parent = backbone, CreatedFrom = "a test", Settings = new Dictionary<string, string> { [ModelCatalog.BackboneSetting] = backbone },
        };
        var head = await Services.GetRequiredService<ArtifactStore>().AddAsync(ModelCatalog.HeadKind, model, lineage, CancellationToken.None);
        var published = new ModelPublished
        {
            Collection = TestPipeline.Collection,
            ModelVersion = head.Version,
            BackboneVersion = backbone,
            ParentVersion = backbone,
            Dimensions = 576,
            PublishedAt = DateTimeOffset.UtcNow,
            ReindexRequired = reindexRequired,
            CorrelationId = Guid.NewGuid(),
        };
        await Pipeline.SendAsync(published);
        return published;
    }

    /// <summary>Waits until a model serves.</summary>
    protected Task ServesAsync(string version) =>
        Eventually.TrueAsync(async ct => (await RecordAsync(ct)).Active?.ModelVersion == version, Patience, $"{version} serving");

    protected async Task<CollectionRecord> RecordAsync(CancellationToken ct = default) =>
        (await Services.GetRequiredService<CollectionCatalog>().GetCurrentAsync(TestPipeline.Collection, ct))!;

    /// <summary>The stored embedding of an image by a model.</summary>
    protected async Task<float[]> EmbeddingAsync(Guid image, string model) => CnnFeatures.ReadEmbedding(await FeaturesAsync(image, model));

    /// <summary>The stored features of an image by a model.</summary>
    protected Task<byte[]?> FeaturesAsync(Guid image, string model) =>
        Blobs.TryReadAsync(BlobKeys.Cnn(TestPipeline.Collection, image, 1, model), CancellationToken.None);

    protected Task<SearchResults> SearchAsync(byte[] picture, string mode) => AskAsync<SearchImages, SearchResults>(
        new() { Collection = TestPipeline.Collection, Image = new ImageSource { Bytes = picture }, Mode = mode, Limit = 200 });

    /// <summary>Whether the scores are those of one model's embeddings alone.</summary>
    protected async Task AssertOfOneModelAsync(SearchResults answer, Guid query)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var own = await EmbeddingAsync(query, answer.ModelVersion!);
        foreach (var hit in answer.Hits)
        {
            var embedding = await EmbeddingAsync(hit.ImageId, answer.ModelVersion!);
            Assert.Equal(TensorPrimitives.Dot<float>(own, embedding), hit.Score, 3);
        }
    }

    /// <summary>Uploads pictures, lets a head serve that tells few of them apart, and waits until their pairs are mined.</summary>
    protected async Task<(IReadOnlyList<ImageRecord> Images, ModelPublished Weak)> ServeWeaklyAsync(IEnumerable<byte[]> pictures, bool normalises = false)
    {
        var images = await UploadAsync(pictures);
        var weak = await PublishAsync(Projection(seed: 3, seen: 2, normalises));
        await ServesAsync(weak.ModelVersion);
        await PairsAsync(images);
        return (images, weak);
    }

    /// <summary>Asks for an update.</summary>
    protected async Task<UpdateModel> AskForUpdateAsync(int? seed = null)
    {
        var command = new UpdateModel { Collection = TestPipeline.Collection, Seed = seed, CorrelationId = Guid.NewGuid() };
        await Pipeline.SendAsync(command);
        return command;
    }

    /// <summary>What the Gateway says of the collection's model.</summary>
    protected async Task<JsonNode> ShownModelAsync()
    {
        using var http = new HttpClient { BaseAddress = Pipeline.Gateway };
        return (await http.GetFromJsonAsync<JsonNode>(new Uri($"v1/collections/{TestPipeline.Collection}/model", UriKind.Relative)))!;
    }

    /// <summary>Waits for the end of an update.</summary>
    protected Task<ModelUpdate> EndedAsync(UpdateModel command) => Eventually.FindAsync(
        async ct => (await Services.GetRequiredService<ModelUpdateCatalog>().GetAsync(TestPipeline.Collection, ct)).Find(command.CorrelationId) is { IsOpen: false } update ? update : null,
        Patience,
        "The end of the update");

    /// <summary>Waits until mining is over, and most images have a verified pair.</summary>
    protected async Task PairsAsync(IReadOnlyList<ImageRecord> images)
    {
        await Pipeline.QuietAsync();
        var catalog = Services.GetRequiredService<NeighbourhoodCatalog>();
        var paired = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                var mined = await Task.WhenAll(images.Select(image => catalog.GetAsync(TestPipeline.Collection, image.ImageId, CancellationToken.None)));
                paired = mined.Count(known => known?.Pairs.Any(pair => pair.Verified) == true);
                return paired * 2 > images.Count;
            },
            Patience,
            () => Task.FromResult($"{paired} of {images.Count} images have a verified pair"));
    }

    private Task<TAnswer> AskAsync<TRequest, TAnswer>(TRequest request)
        where TRequest : class
        where TAnswer : class =>
        Services.AskAsync<TRequest, TAnswer>(request);
}
