using Pipeline.Onnx;
using Pipeline.Onnx.Training;

namespace Pipeline.Learning.Synthesis;

/// <summary>
/// Makes inputs that a frozen network takes for ones of its old classes, so that these can be rehearsed without an old image: descends on the
/// inputs themselves until the statistics inside the network are those that its batch normalisations have kept, and each input's feature is
/// its class's (Yin et al., DeepInversion, 2020; Chen, thesis ch. 7). It works on whatever the model takes: trunk activations for a head,
/// pixels for the whole backbone.
/// </summary>
/// <param name="sessions">Makes the session.</param>
/// <param name="options">The recipe.</param>
public sealed class InputSynthesis(OnnxSessionFactory sessions, SynthesisOptions options)
{
    private const string Inputs = "inputs";

    /// <summary>Synthesises.</summary>
    /// <param name="model">The network: one input [N, C, H, W], an output <c>embedding</c> [N, D].</param>
    /// <param name="input">Name of its input.</param>
    /// <param name="shape">C, H and W.</param>
    /// <param name="classes">What the network made of each class: rows of length 1.</param>
    /// <param name="seed">Where the descent begins.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The inputs, class after class, and the class of each.</returns>
    /// <exception cref="ArgumentException">There are no classes.</exception>
    /// <exception cref="InvalidDataException">The model is damaged, or has no batch normalisation.</exception>
    public (IReadOnlyList<float[]> Inputs, int[] ClassOf) Synthesise(
        ReadOnlyMemory<byte> model, string input, IReadOnlyList<int> shape, IReadOnlyList<float[]> classes, int seed, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentOutOfRangeException.ThrowIfZero(classes.Count);
        int[] classOf = [.. Enumerable.Range(0, classes.Count).SelectMany(one => Enumerable.Repeat(one, options.PerClass))];
        var length = shape.Aggregate(1, (product, size) => checked(product * size));
        var step = Build(model, input, shape, [.. classOf.Select(one => classes[one])], Noise(classOf.Length * length, seed));
        using var session = new TrainingSession(sessions, step);
        using var batch = new TrainingBatch();
        for (var i = 0; i < options.Steps; i++)
        {
            ct.ThrowIfCancellationRequested();
            session.Step(batch, options.Rate * 0.5 * (1 + Math.Cos(Math.PI * i / options.Steps)));
        }

        var all = session.Download()[Inputs];
        return ([.. Enumerable.Range(0, classOf.Length).Select(i => all[(i * length)..((i + 1) * length)])], classOf);
    }

    private TrainingModel Build(ReadOnlyMemory<byte> model, string input, IReadOnlyList<int> shape, float[][] wanted, float[] start)
    {
        var graph = new TrainingGraph("synthesis");
        var math = graph.Math;
        string inputs = graph.Parameter(Inputs, start, [wanted.Length, .. shape.Select(size => (long)size)]);
        var network = graph.Module(model, "network", []);
        var values = network.Apply((input, inputs));
        string features = math.NormaliseRows(math.Reshape(values["embedding"], wanted.Length, wanted[0].Length));
        string goal = graph.Graph.Constant("classes", [.. wanted.SelectMany(row => row)], wanted.Length, wanted[0].Length);

        // Of vectors of length 1, 1 − cosine is half the squared distance.
        string loss = math.WeightedSum(
            (options.Statistics, BatchStatistics.Distance(math, network, values)),
            (options.Class / 2, math.Mean(math.RowDistances(features, goal))),
            (options.TotalVariation, TotalVariation(math, inputs, shape)),
            (options.Energy, math.Mean(math.Square(inputs))));
        return graph.Build(loss, new Adam());
    }

    private static string TotalVariation(GraphMath math, string inputs, IReadOnlyList<int> shape)
    {
        string Along(int axis, int size) => math.Mean(math.Square(math.Subtract(math.Slice(inputs, axis, 1, size), math.Slice(inputs, axis, 0, size - 1))));
        return math.Add(Along(2, shape[1]), Along(3, shape[2]));
    }

    private static float[] Noise(int count, int seed)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }
}
