using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Contracts.Queries;
using Pipeline.Hashing;
using Pipeline.Indexing;
using Pipeline.Onnx;
using Pipeline.Storage;
using Pipeline.Tests.Integration.Pipelines;
using Pipeline.Tests.Support;
using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Integration.Codes;

/// <summary>
/// A pipeline of its own for each test, because an encoder concerns the whole collection. It begins with an encoder that gives every
/// image the same code, so that whatever is trained is better.
/// </summary>
public abstract class CodesFixture(SharedServers servers, bool automatic = false) : IAsyncLifetime
{
    protected const int Bits = 32;

    /// <summary>Length of the embeddings of the built-in backbone.</summary>
    private const int Dimensions = 576;

    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly string _blind = Path.Combine(Path.GetTempPath(), $"blind-{Guid.NewGuid():N}.onnx");

    protected TestPipeline Pipeline { get; private set; } = null!;

    protected IServiceProvider Services => Pipeline.Services;

    protected EncoderCatalog Encoders => Services.GetRequiredService<EncoderCatalog>();

    protected ArtifactStore Artifacts => Services.GetRequiredService<ArtifactStore>();

    public async Task InitializeAsync()
    {
        var weights = new double[16 * Dimensions];
        Array.Fill(weights, 1);
        var thresholds = new double[16];
        Array.Fill(thresholds, 1000);
        await File.WriteAllBytesAsync(_blind, new LinearHash(weights, thresholds, Dimensions).BuildModel());
        Pipeline = await TestPipeline.StartAsync(
            await servers.RabbitMqAsync(),
            ("Messaging:RedeliveryDelay", "00:00:01"),
            ("Hashing:ModelPath", _blind),
            ("Hashing:Training:Automatic", automatic ? "true" : "false"),
            ("Hashing:Training:MinImages", "40"),
            ("Hashing:Training:Bits", "32"),
            ("Hashing:Training:Methods", "lsh"),
            ("Index:Codes:SweepInterval", "00:00:00.2"),
            ("Mining:Vocabulary:Automatic", "false"));
    }

    public async Task DisposeAsync()
    {
        await Pipeline.DisposeAsync();
        File.Delete(_blind);
    }

    /// <summary>Uploads pictures and waits until they are indexed.</summary>
    protected async Task<IReadOnlyList<ImageRecord>> UploadAsync(params IEnumerable<byte[]> pictures)
    {
        var uploads = await Task.WhenAll(pictures.Select(bytes => Pipeline.UploadAsync(new { bytes })));
        return await Task.WhenAll(uploads.Select(upload => Pipeline.FinishedAsync(upload)));
    }

    protected async Task<Guid> TrainAsync(Guid training, int seed = 1, int bits = Bits)
    {
        await Pipeline.SendAsync(new TrainEncoder { Collection = TestPipeline.Collection, Bits = bits, Seed = seed, CorrelationId = training });
        return training;
    }

    protected Task<EncoderTraining> EndedAsync(Guid training) => Eventually.FindAsync(
        async ct => (await Encoders.GetAsync(TestPipeline.Collection, ct)).Find(training) is { IsOpen: false } found ? found : null,
        Patience,
        "The end of the training");

    /// <summary>Waits until the training's encoder serves, and answers its version.</summary>
    protected async Task<string> ServesAsync(Guid training)
    {
        var done = await EndedAsync(training);
        Assert.True(done.Promoted, done.Detail);
        await Eventually.TrueAsync(async ct => (await GenerationAsync(ct))?.EncoderVersion == done.Version, Patience, $"{done.Version} serving");
        return done.Version!;
    }

    /// <summary>Has an encoder of another origin serve, whatever it is worth.</summary>
    protected async Task<string> PublishAsync(byte[] model, int bits)
    {
        var version = (await Artifacts.AddAsync(EncoderCatalog.ArtifactKind, model, new ArtifactLineage { CreatedFrom = "a test" }, CancellationToken.None)).Version;
        await Pipeline.SendAsync(new EncoderPublished { Collection = TestPipeline.Collection, EncoderVersion = version, Bits = bits, CorrelationId = Guid.NewGuid() });
        await Eventually.TrueAsync(async ct => (await GenerationAsync(ct))?.EncoderVersion == version, Patience, $"{version} serving");
        return version;
    }

    protected async Task<Generation?> GenerationAsync(CancellationToken ct = default) =>
        (await Services.GetRequiredService<CollectionCatalog>().GetCurrentAsync(TestPipeline.Collection, ct))?.Active;

    /// <summary>An encoder of the registry.</summary>
    protected async Task<HashEncoder> EncoderAsync(string version) =>
        new(await Artifacts.LoadAsync(version, CancellationToken.None), Services.GetRequiredService<OnnxSessionFactory>());

    /// <summary>The codes that an encoder gives images, made here of their stored features.</summary>
    protected async Task<Dictionary<Guid, byte[]>> CodesAsync(string version, IEnumerable<ImageRecord> images)
    {
        using var encoder = await EncoderAsync(version);
        var codes = new Dictionary<Guid, byte[]>();
        foreach (var image in images)
        {
            var features = await Services.GetRequiredService<IBlobStore>().TryReadAsync(image.Stages[Stages.Cnn].FeatureKey!, CancellationToken.None);
            codes[image.ImageId] = encoder.Encode(CnnFeatures.ReadEmbedding(features), 1);
        }

        return codes;
    }

    /// <summary>All codes of an encoder in the index.</summary>
    protected async Task<Dictionary<Guid, byte[]>> CodesInIndexAsync(string version)
    {
        var page = await Pipeline.Index.ScanAsync((await GenerationAsync())!.CodeIndexName(TestPipeline.Collection, version), null, 10_000);
        return page.Points.ToDictionary(point => point.Id, point => ((BinaryCode)point.Vectors[IndexSpaces.Hash]).Bytes);
    }

    protected Task<SearchResults> SearchAsync(Guid image) =>
        AskAsync<SearchImages, SearchResults>(new() { Collection = TestPipeline.Collection, ImageId = image, Mode = SearchModes.Hash, Limit = 200 });

    protected Task<TAnswer> AskAsync<TRequest, TAnswer>(TRequest request)
        where TRequest : class
        where TAnswer : class =>
        Services.AskAsync<TRequest, TAnswer>(request);
}
