using System.Numerics.Tensors;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Catalog;
using Pipeline.Contracts;
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

    public async Task InitializeAsync() => Pipeline = await TestPipeline.StartAsync(
        await servers.RabbitMqAsync(),
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
        ("Mining:Vocabulary:Automatic", "false"));

    public async Task DisposeAsync() => await Pipeline.DisposeAsync();

    /// <summary>Uploads pictures and waits until they are indexed.</summary>
    protected async Task<IReadOnlyList<ImageRecord>> UploadAsync(params IEnumerable<byte[]> pictures)
    {
        var uploads = await Task.WhenAll(pictures.Select(bytes => Pipeline.UploadAsync(new { bytes })));
        return await Task.WhenAll(uploads.Select(upload => Pipeline.FinishedAsync(upload)));
    }

    /// <summary>The tail of the backbone itself.</summary>
    protected byte[] Tail() => OnnxGraphEditor.Extract(Services.GetRequiredService<BackboneModel>().Artifact, ["trunk"], ["embedding"]);

    /// <summary>A head that sees something else: a random projection of the trunk's channels, or of the first few of them.</summary>
    protected static byte[] Projection(int seed, int seen = Channels)
    {
        const int Dimensions = 576;
        var random = new Random(seed);
        var graph = new OnnxGraphBuilder("projection");
        var trunk = graph.Input("trunk", OnnxElementType.Float, "N", Channels, 7, 7);
        var weights = graph.Constant("weights", [.. Enumerable.Range(0, Channels * Dimensions).Select(i => (random.NextSingle() - 0.5f) * (i / Dimensions < seen ? 1 : 0.001f))], Channels, Dimensions);
        var channels = graph.Node("Flatten", null, [graph.Node("GlobalAveragePool", null, [trunk])]);
        graph.Output(graph.Node("MatMul", "embedding", [channels, weights]), OnnxElementType.Float, "N", Dimensions);
        return graph.Build();
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

    private async Task<TAnswer> AskAsync<TRequest, TAnswer>(TRequest request)
        where TRequest : class
        where TAnswer : class
    {
        var client = Services.GetRequiredService<IBus>().CreateRequestClient<TRequest>(TimeSpan.FromSeconds(30));
        return (await client.GetResponse<TAnswer>(request)).Message;
    }
}
