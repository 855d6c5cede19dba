using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Evaluation;
using Pipeline.Hashing;
using Pipeline.Imaging;
using Pipeline.Onnx;
using Pipeline.Standalone.Demo;
using Spectre.Console;

namespace Pipeline.Tests.Evaluation;

/// <summary>
/// What the features themselves are worth, without index or re-ranking: every picture of the ground truth is a query
/// against all pictures, ranked by cosine of the embeddings and by Hamming distance of the bare codes.
/// </summary>
internal static class RetrievalQuality
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static IReadOnlyDictionary<string, RetrievalScores> Measure(string images, string groundTruth, int bits)
    {
        var set = DemoSet.FromFolder(images, groundTruth);
        using var embeddings = new Features(bits);
        var features = new ConcurrentDictionary<string, (float[] Embedding, byte[] Code)>();
        Parallel.ForEach(set.Files, file => features[file] = embeddings.Of(File.ReadAllBytes(Path.Combine(set.Root, file))));
        return new Dictionary<string, RetrievalScores>
        {
            ["cnn"] = Evaluate((x, y) => Dot(x.Embedding, y.Embedding)),
            ["hash"] = Evaluate((x, y) => -HammingDistance.Between(x.Code, y.Code)),
        };

        RetrievalScores Evaluate(Func<(float[] Embedding, byte[] Code), (float[] Embedding, byte[] Code), double> similarity) =>
            RetrievalEvaluation.Evaluate(set.Truth!, [.. set.Queries.Select(query =>
            {
                var ranked = set.Files
                    .Select(file => (File: file, Score: similarity(features[query], features[file])))
                    .OrderByDescending(hit => hit.Score).ThenBy(hit => hit.File, StringComparer.Ordinal).ToArray();
                return new QueryAnswer(query, [.. ranked.Select(hit => hit.File)], [.. ranked.Select(hit => hit.Score)]);
            })]);
    }

    public static void Print(IReadOnlyDictionary<string, RetrievalScores> scores)
    {
        var table = new Table().AddColumns("ranking", "N-S", "mAP", "tie-aware mAP", "R@1");
        foreach (var (name, s) in scores)
        {
            table.AddRow(name, Text(s.Ns), Text(s.Map), Text(s.TieAwareMap ?? double.NaN), Text(s.RecallAt1));
        }

        AnsiConsole.Write(table);
    }

    private static string Text(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private static double Dot(float[] x, float[] y) => System.Numerics.Tensors.TensorPrimitives.Dot<float>(x, y);

    private sealed class Features : IDisposable
    {
        private readonly ImageDecoder _decoder = new(new ImagingOptions());
        private readonly Backbone _backbone;
        private readonly HashEncoder _encoder;

        public Features(int bits)
        {
            var options = new BackboneOptions();
            var sessions = new OnnxSessionFactory(Options.Create(new OnnxOptions()), NullLogger<OnnxSessionFactory>.Instance);
            var model = BackboneArtifact.Load(options);
            _backbone = new Backbone(model, options, sessions);
            _encoder = new HashEncoder(
                RandomHyperplanes.ForBackbone(model, bits, RandomHyperplanes.DefaultSeed, options.EmbeddingOutput).BuildModel(), sessions);
        }

        public (float[] Embedding, byte[] Code) Of(byte[] encoded)
        {
            using var rgb = _decoder.DecodeRgb(encoded, _backbone.InputSize, _backbone.InputSize);
            var embedding = _backbone.Extract([rgb.Memory])[0].Embedding.ToArray();
            return (embedding, _encoder.Encode(embedding, 1));
        }

        public void Dispose()
        {
            _encoder.Dispose();
            _backbone.Dispose();
        }
    }
}
