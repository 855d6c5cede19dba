using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Hashing;
using Pipeline.Imaging;
using Pipeline.Onnx;
using Pipeline.SiftExtraction;

namespace Pipeline.Tests.Benchmarks;

/// <summary>
/// What the pipeline computes and nothing else: reads, decodes and extracts on every core, with the very objects that a
/// Standalone computes with, and keeps nothing.
/// </summary>
internal sealed class BareLoop(IServiceProvider services) : IContender
{
    public const string Title = "bareLoop";

    private readonly SiftPipeline _sift = services.GetRequiredService<SiftPipeline>();
    private readonly ImageDecoder _decoder = services.GetRequiredService<ImageDecoder>();
    private readonly Backbone _backbone = services.GetRequiredService<Backbone>();
    private readonly HashEncoder _encoder = services.GetRequiredService<HashEncoder>();

    public string Name => Title;

    public Task<TimeSpan> RunAsync(IReadOnlyList<BenchmarkImage> images, Action<int> progress) => Task.Run(() =>
    {
        var done = 0;
        var start = Stopwatch.GetTimestamp();
        Parallel.ForEach(
            // Picture by picture: with ranges one core would be idle while the other ends its last range.
            Partitioner.Create(images, EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            image =>
            {
                Compute(File.ReadAllBytes(image.Path));
                progress(Interlocked.Increment(ref done));
            });
        return Stopwatch.GetElapsedTime(start);
    });

    public IReadOnlyDictionary<string, TimeSpan> ProcessorTime() => InProcess.ProcessorTime();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Compute(byte[] encoded)
    {
        _sift.Extract(encoded);
        using var rgb = _decoder.DecodeRgb(encoded, _backbone.InputSize, _backbone.InputSize);
        var features = _backbone.Extract([rgb.Memory]);
        _encoder.Encode(features[0].Embedding.Span, 1);
    }
}
