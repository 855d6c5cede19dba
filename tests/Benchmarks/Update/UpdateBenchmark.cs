using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Imaging;
using Pipeline.Learning;
using Pipeline.Learning.Evidence;
using Pipeline.Learning.Gate;
using Pipeline.Learning.Synthesis;
using Pipeline.Onnx;

namespace Pipeline.Tests.Benchmarks.Update;

/// <summary>What an update of a collection's model costs.</summary>
internal static class UpdateBenchmark
{
    private const int Images = 300;
    private const int Pairs = 1000;

    /// <summary>Images of one subject: 39 subjects of 7 or 8 have the pairs that are wanted.</summary>
    private const int Subjects = 39;

    public static async Task<UpdateBenchmarkFigures> RunAsync(UpdateArguments arguments, Action<string> report)
    {
        var sessions = new OnnxSessionFactory(Options.Create(new OnnxOptions { Provider = arguments.Provider }), NullLogger<OnnxSessionFactory>.Instance);
        report($"sessions run on {sessions.ActiveProvider}{(sessions.ActiveProvider == OnnxProvider.Cpu ? "; this machine has no GPU, or none was asked for" : "")}");
        byte[][] pictures = [.. Directory.EnumerateFiles(arguments.Images, "*.jp*g", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Take(Subjects).Select(File.ReadAllBytes)];
        if (pictures.Length < 2)
        {
            throw new ArgumentException($"{arguments.Images} has too few pictures.");
        }

        var options = new BackboneOptions();
        var artifact = BackboneArtifact.Load(options);
        using var backbone = new Backbone(artifact, options, sessions);
        var head = BackboneHead.Of(artifact, options);
        var images = Gallery(pictures, backbone, head, sessions);
        var evidence = EvidenceGraph.OfPairs(Images, Enumerable.Range(0, Images)
            .SelectMany(i => Enumerable.Range(i + 1, Images - i - 1).Where(j => i % Subjects == j % Subjects).Select(j => new EvidencePair(i, j))).Take(Pairs));

        List<double> steps = [];
        var before = Stopwatch.GetTimestamp();
        var last = before;
        var result = await new HeadUpdater(sessions, new LearningOptions(), new SynthesisOptions(), new GateOptions()).RunAsync(
            new UpdateMaterial(head, images, evidence, Seed: 1), [.. evidence.Pairs()], afterStep: (_, _) =>
            {
                steps.Add(Stopwatch.GetElapsedTime(last).TotalMilliseconds);
                last = Stopwatch.GetTimestamp();
                return ValueTask.CompletedTask;
            });
        var seconds = Stopwatch.GetElapsedTime(before).TotalSeconds;
        var peak = PeakMegabytes();
        steps.Sort();
        report(string.Create(CultureInfo.InvariantCulture, $"update on {Images} images and {evidence.PairCount} pairs: {seconds:0.0} s, {result.Steps} steps of {steps[steps.Count / 2]:0} ms, peak memory {peak:0} MB"));

        var tail = TailTrainingSpeed.Measure(sessions, artifact, [.. images.TrunkShape.Select(size => (long)size)]);
        report(string.Create(CultureInfo.InvariantCulture, $"a step on 32 images: {tail.Step:0.0} ms, {tail.Ratio:0.0} times its forward pass ({tail.Forward:0.0} ms; as a model to run {tail.Inference:0.0} ms)"));
        var reembedding = await ReembeddingSpeed.MeasureAsync(pictures);
        report(string.Create(CultureInfo.InvariantCulture, $"re-embedding {reembedding.ReembeddingPerSecond:0} images/s, {reembedding.Ratio:0.0} times extraction ({reembedding.ExtractionPerSecond:0.0} images/s)"));
        return new UpdateBenchmarkFigures(
            sessions.ActiveProvider.ToString(), Environment.ProcessorCount, Images, evidence.PairCount, result.Steps, seconds, steps[steps.Count / 2], peak, tail, reembedding);
    }

    /// <summary>Images of each subject: one picture's activations, with noise that differs.</summary>
    private static LearningImages Gallery(byte[][] pictures, Backbone backbone, ReadOnlyMemory<byte> head, OnnxSessionFactory sessions)
    {
        var decoder = new ImageDecoder(new ImagingOptions());
        var subjects = pictures.Select(picture =>
        {
            using var rgb = decoder.DecodeRgb(picture, backbone.InputSize, backbone.InputSize);
            return backbone.Extract([rgb.Memory])[0];
        }).ToArray();
        ReadOnlyMemory<Half>[] trunks =
        [
            .. Enumerable.Range(0, Images).Select(i =>
            {
                var random = new Random(i);
                return (ReadOnlyMemory<Half>)subjects[i % Subjects % subjects.Length].Trunk.ToArray()
                    .Select(value => (Half)((float)value + (random.NextSingle() * 2) - 1)).ToArray();
            }),
        ];
        using var present = new CnnHead(head, sessions);
        return new LearningImages(trunks, subjects[0].TrunkShape, [.. present.Embed(trunks).Select(row => row!)]);
    }

    private static double PeakMegabytes()
    {
        using var self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64 / 1e6;
    }
}
