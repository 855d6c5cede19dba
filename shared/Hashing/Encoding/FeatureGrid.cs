using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Pipeline.Onnx.Graphs;

namespace Pipeline.Hashing;

/// <summary>
/// Rounds features to integers, the first step of every exact encoder: clipped to ±limit, multiplied by a power of two
/// and rounded half to even, all of which is exact or correctly rounded on every processor.
/// </summary>
/// <param name="scale">Steps of the grid in 1; a power of two.</param>
/// <param name="limit">Largest feature told apart; scale · limit is at most 2⁵².</param>
internal sealed class FeatureGrid(float scale, float limit)
{
    /// <summary>
    /// Steps of 2⁻¹⁶ up to ±1024: integers of at most 26 bits, finer than single precision where unit vectors have
    /// their mass and exact for descriptors of bytes.
    /// </summary>
    public static FeatureGrid Common { get; } = new(65536, 1024);

    public float Scale { get; } = scale;

    /// <summary>The largest integer made.</summary>
    public double Most { get; } = Math.Round((double)scale * limit);

    /// <summary>Rounds features in plain C#.</summary>
    public void Round(ReadOnlySpan<float> features, Span<double> grid)
    {
        ref float source = ref MemoryMarshal.GetReference(features);
        ref double target = ref MemoryMarshal.GetReference(grid[..features.Length]);
        int at = 0;
        for (; at <= features.Length - Vector512<float>.Count; at += Vector512<float>.Count)
        {
            Vector512<float> x = Vector512.LoadUnsafe(ref source, (nuint)at);
            x = Vector512.Clamp(x, Vector512.Create(-limit), Vector512.Create(limit));
            x = Vector512.Round(x * Vector512.Create(Scale), MidpointRounding.ToEven);
            (Vector512<double> lower, Vector512<double> upper) = Vector512.Widen(x);
            lower.StoreUnsafe(ref target, (nuint)at);
            upper.StoreUnsafe(ref target, (nuint)(at + Vector512<double>.Count));
        }

        for (; at < features.Length; at++)
        {
            grid[at] = MathF.Round(Math.Clamp(features[at], -limit, limit) * Scale, MidpointRounding.ToEven);
        }
    }

    /// <summary>Adds the same rounding to a model.</summary>
    /// <returns>The name of the integers, double [N, d].</returns>
    public string Append(OnnxGraphBuilder graph, string features)
    {
        string least = graph.Constant("least", [-limit]);
        string most = graph.Constant("most", [limit]);
        string factor = graph.Constant("scale", [Scale]);
        string clipped = graph.Node("Clip", "clipped", [features, least, most]);
        string scaled = graph.Node("Mul", "scaled", [clipped, factor]);
        string rounded = graph.Node("Round", "rounded", [scaled]);
        return graph.Node("Cast", "grid", [rounded], OnnxAttribute.Of("to", (long)OnnxElementType.Double));
    }
}
