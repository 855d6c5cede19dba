using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.CnnExtraction;
using Pipeline.Contracts.Commands;
using Pipeline.Imaging;
using Pipeline.Onnx;
using Pipeline.Onnx.Graphs;
using Pipeline.Storage;

namespace Pipeline.Tests.Benchmarks.Update;

/// <summary>
/// How fast a new head re-embeds a collection from its stored trunk activations, beside extraction from the images: both with their blobs
/// read and durably written, as the service does, on all cores.
/// </summary>
/// <param name="ExtractionPerSecond">Images a second from encoded pictures.</param>
/// <param name="ReembeddingPerSecond">Images a second from stored activations.</param>
internal sealed record ReembeddingSpeed(double ExtractionPerSecond, double ReembeddingPerSecond)
{
    private const string Collection = "speed";
    private const int Batch = 128;

    /// <summary>Re-embedding / extraction.</summary>
    public double Ratio => ReembeddingPerSecond / ExtractionPerSecond;

    /// <summary>Measures.</summary>
    /// <param name="pictures">Encoded pictures to extract from, taken in turn.</param>
    /// <param name="extracted">Images that are extracted.</param>
    /// <param name="reembedded">Images that are re-embedded, each with an activation of its own in the store.</param>
    public static async Task<ReembeddingSpeed> MeasureAsync(IReadOnlyList<byte[]> pictures, int extracted = 300, int reembedded = 4096)
    {
        var folder = Directory.CreateTempSubdirectory("reembedding-");
        try
        {
            await using var state = new SqliteStateStore(Path.Combine(folder.FullName, "state.db"));
            var blobs = new DirectoryBlobStore(Path.Combine(folder.FullName, "blobs"));
            var sessions = new OnnxSessionFactory(Options.Create(new OnnxOptions { Provider = OnnxProvider.Cpu }), NullLogger<OnnxSessionFactory>.Instance);
            var options = new BackboneOptions();
            var artifact = BackboneArtifact.Load(options);
            using var backbone = new Backbone(artifact, options, sessions);
            await using var batcher = new FeatureBatcher(backbone, options);
            var cnn = new CnnPipeline(new ImageDecoder(new ImagingOptions()), backbone, batcher);
            var artifacts = new ArtifactStore(blobs, state);
            var lineage = new ArtifactLineage { CreatedFrom = "the backbone's tail", Settings = new Dictionary<string, string> { [ModelCatalog.BackboneSetting] = backbone.Version } };
            var head = await artifacts.AddAsync(ModelCatalog.HeadKind, OnnxGraphEditor.Extract(artifact, ["trunk"], ["embedding"]), lineage, CancellationToken.None);

            backbone.WarmUp();
            var features = new CnnFeatures?[extracted];
            var extraction = await PerSecondAsync(extracted, async i =>
            {
                features[i] = await cnn.ExtractAsync(pictures[i % pictures.Count], CancellationToken.None);
                await blobs.PutAsync($"extracted/{i}", features[i]!.Serialize(), CancellationToken.None);
            });

            ImageToEmbed[] images = [.. Enumerable.Range(0, reembedded).Select(_ => new ImageToEmbed(Guid.NewGuid(), 1, "default", Guid.Empty))];
            await Parallel.ForAsync(0, reembedded, async (i, ct) => await blobs.PutAsync(
                BlobKeys.Cnn(Collection, images[i].ImageId, 1, backbone.Version), features[i % extracted]!.Serialize(), ct));
            using var heads = new HeadEmbedding(backbone, artifacts, blobs, sessions);
            var commands = images.Chunk(Batch).Select(chunk => new EmbedImages
            {
                Collection = Collection, ModelVersion = head.Version, BackboneVersion = backbone.Version, EncoderVersion = "hash", Images = chunk,
            }).ToArray();
            await heads.EmbedAsync(head.Version, features[0]!, CancellationToken.None);
            var commandsPerSecond = await PerSecondAsync(commands.Length, i => heads.EmbedStoredAsync(commands[i], CancellationToken.None));
            return new ReembeddingSpeed(extraction, commandsPerSecond * reembedded / commands.Length);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<double> PerSecondAsync(int count, Func<int, Task> work)
    {
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, async (i, _) => await work(i));
        return count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
