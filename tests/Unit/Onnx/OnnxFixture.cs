using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Onnx;
using Pipeline.Onnx.Graphs;

namespace Pipeline.Tests.Unit.Onnx;

/// <summary>The default backbone's artifact and a CPU factory, made once for all tests.</summary>
internal static class OnnxFixture
{
    public static OnnxSessionFactory Sessions { get; } = new(
        Options.Create(new OnnxOptions { Provider = OnnxProvider.Cpu }), NullLogger<OnnxSessionFactory>.Instance);

    public static byte[] DefaultBackbone { get; } = BackboneArtifact.Load(new BackboneOptions());

    /// <summary>A picture with structure at several scales, different for each seed.</summary>
    public static byte[] Picture(int size, int seed)
    {
        var random = new Random(seed);
        (double fx, double fy, double phase)[] waves =
            [.. Enumerable.Range(0, 9).Select(_ => (random.NextDouble() / 4, random.NextDouble() / 4, random.NextDouble() * 6))];
        var rgb = new byte[3 * size * size];
        for (int i = 0; i < rgb.Length; i++)
        {
            int channel = i % 3, x = i / 3 % size, y = i / 3 / size;
            double value = waves.Where((_, w) => w % 3 == channel).Sum(w => Math.Sin((w.fx * x) + (w.fy * y) + w.phase));
            rgb[i] = (byte)Math.Clamp(128 + (40 * value) + random.Next(-8, 9), 0, 255);
        }

        return rgb;
    }

    /// <summary>
    /// A 16×16 backbone whose embedding is the square root of each channel's mean: not a number for an image darker
    /// than its means.
    /// </summary>
    public static byte[] RootOfMeans()
    {
        var graph = new OnnxGraphBuilder("roots");
        string input = graph.Input("input", OnnxElementType.Float, "N", 3, 16, 16);
        string means = graph.Node("Flatten", null, [graph.Node("GlobalAveragePool", null, [input])]);
        graph.Output(graph.Node("Sqrt", "embedding", [means]), OnnxElementType.Float, "N", 3);
        return graph.Build();
    }

    public static BackboneOptions RootOfMeansOptions(int maxBatch) => new()
    {
        InputSize = 16,
        TrunkOutput = null,
        MaxBatch = maxBatch,
        Concurrency = 1,
        MaxWait = TimeSpan.FromSeconds(1),
    };
}
