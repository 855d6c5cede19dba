using System.Numerics.Tensors;
using Pipeline.Learning.Phases;
using Pipeline.Onnx;
using Pipeline.Onnx.Training;

namespace Pipeline.Learning.Synthesis;

/// <summary>
/// Makes inputs that a frozen network takes for ones of its old classes, so that these can be rehearsed without an old image: descends on the
/// inputs themselves until the statistics inside the network are those that its batch normalisations have kept, and each input's feature is
/// its class's (Yin et al., DeepInversion, 2020; Chen, thesis ch. 7). It works on whatever the model takes: trunk activations for a head,
/// pixels for the whole backbone.
/// </summary>
public sealed class InputSynthesis : IUpdatePhase
{
    private const string Parameter = "inputs";
    private readonly SynthesisOptions _options;
    private readonly int[] _classOf;
    private readonly int _length;
    private readonly TrainingSession _session;
    private readonly TrainingBatch _batch = new();

    /// <summary>Prepares a synthesis.</summary>
    /// <param name="sessions">Makes the session.</param>
    /// <param name="model">The network: one input [N, C, H, W], an output <c>embedding</c> [N, D].</param>
    /// <param name="input">Name of its input.</param>
    /// <param name="shape">C, H and W.</param>
    /// <param name="classes">What the network made of each class: rows of length 1. Without any, the statistics alone are followed.</param>
    /// <param name="options">The recipe.</param>
    /// <param name="seed">Where the descent begins.</param>
    /// <exception cref="ArgumentException">The model has no batch normalisation, or takes no maps.</exception>
    /// <exception cref="InvalidDataException">The model is damaged.</exception>
    /// <exception cref="UnsupportedOperatorException">The model has an operator that has no gradient; its name is in the message.</exception>
    public InputSynthesis(
        OnnxSessionFactory sessions, ReadOnlyMemory<byte> model, string input, IReadOnlyList<int> shape, IReadOnlyList<float[]> classes, SynthesisOptions options, int seed)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(options);
        if (shape.Count != 3)
        {
            throw new ArgumentException($"Inputs of [{string.Join(", ", shape)}] are no maps [C, H, W].", nameof(shape));
        }

        _options = options;
        _classOf = options.ClassOf(classes.Count);
        _length = shape.Aggregate(1, (product, size) => checked(product * size));
        var wanted = classes.Count == 0 ? [] : _classOf.Select(one => classes[one]).ToArray();
        _session = new TrainingSession(sessions, Build(model, input, shape, wanted, Noise(checked(_classOf.Length * _length), seed)));
    }

    /// <inheritdoc/>
    public int Steps => _options.Steps;

    /// <inheritdoc/>
    public int Step => (int)_session.Steps;

    /// <inheritdoc/>
    /// <exception cref="NotFiniteLossException">A loss or an input is not finite; the step is not taken.</exception>
    public IReadOnlyDictionary<string, float> Advance() => _session.Step(_batch, _options.Rate * 0.5 * (1 + Math.Cos(Math.PI * Step / Steps)));

    /// <summary>The inputs as they are now, class after class.</summary>
    public SynthesisedInputs Inputs()
    {
        var all = _session.Download()[Parameter].AsSpan();
        TensorPrimitives.Clamp(all, (float)Half.MinValue, (float)Half.MaxValue, all);
        var trunks = new ReadOnlyMemory<Half>[_classOf.Length];
        for (var i = 0; i < trunks.Length; i++)
        {
            var values = new Half[_length];
            TensorPrimitives.ConvertToHalf(all.Slice(i * _length, _length), values);
            trunks[i] = values;
        }

        return new SynthesisedInputs(trunks, _classOf);
    }

    /// <inheritdoc/>
    public byte[] Save() => _session.Save();

    /// <inheritdoc/>
    public void Restore(ReadOnlySpan<byte> checkpoint) => _session.Restore(checkpoint);

    /// <inheritdoc/>
    public void Dispose()
    {
        _batch.Dispose();
        _session.Dispose();
    }

    private TrainingModel Build(ReadOnlyMemory<byte> model, string input, IReadOnlyList<int> shape, float[][] wanted, float[] start)
    {
        var graph = new TrainingGraph("synthesis");
        var math = graph.Math;
        string inputs = graph.Parameter(Parameter, start, [_classOf.Length, .. shape.Select(size => (long)size)]);
        var network = graph.Module(model, "network", []);
        var values = network.Apply((input, inputs));
        Dictionary<string, string> terms = [];
        List<(double, string)> loss = [];
        Add("statistics", _options.Statistics, () => BatchStatistics.Distance(math, network, values));
        Add("class", wanted.Length == 0 ? 0 : _options.Class, () =>
        {
            string features = math.NormaliseRows(math.Reshape(values["embedding"], wanted.Length, wanted[0].Length));
            string goal = graph.Graph.Constant("classes", [.. wanted.SelectMany(row => row)], wanted.Length, wanted[0].Length);

            // Of vectors of length 1, 1 − cosine is half the squared distance.
            return math.Scale(math.Mean(math.RowDistances(features, goal)), 0.5);
        });
        Add("variation", _options.TotalVariation, () => TotalVariation(math, inputs, shape));
        Add("energy", _options.Energy, () => math.Mean(math.Square(inputs)));
        return loss.Count > 0
            ? graph.Build(math.WeightedSum([.. loss]), new Adam(), terms)
            : throw new ArgumentException("No term of the synthesis has a weight.", nameof(model));

        void Add(string name, double weight, Func<string> write)
        {
            if (weight > 0)
            {
                terms[name] = write();
                loss.Add((weight, terms[name]));
            }
        }
    }

    /// <summary>The mean squared difference of neighbouring places; maps of one row or column have none along it.</summary>
    private static string TotalVariation(GraphMath math, string inputs, IReadOnlyList<int> shape)
    {
        string Along(int axis, int size) => size < 2
            ? math.Scalar(0)
            : math.Mean(math.Square(math.Subtract(math.Slice(inputs, axis, 1, size), math.Slice(inputs, axis, 0, size - 1))));
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
