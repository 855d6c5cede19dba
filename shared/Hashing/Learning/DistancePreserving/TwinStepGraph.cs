using Pipeline.Onnx.Graphs;

namespace Pipeline.Hashing.Learning;

/// <summary>
/// Writes one step of training the twin networks of linear distance preserving hashing as a model: both layers forward,
/// the loss's gradient backward, and the step with momentum.
/// </summary>
/// <remarks>
/// Inputs: <c>rows</c> float [n, inputs] and <c>targets</c> float [n, bits], all there are; <c>batch</c> int64 [m] chooses
/// among them; <c>kept</c> bool [m, hidden], false for units left out; <c>scale</c> float [1], 1/m; for pairs, whose rows
/// follow each other, <c>expected</c> float [m, 1], the Hamming distance a·d + b of the row's pair. Then the parameters
/// and their velocities, which are also the outputs, with <c>next_</c> before their names.
/// </remarks>
internal sealed class TwinStepGraph
{
    /// <summary>The parameters, their velocities after them.</summary>
    public static readonly string[] State =
    [
        "hidden_weights", "hidden_biases", "output_weights", "output_biases",
        "hidden_weights_velocity", "hidden_biases_velocity", "output_weights_velocity", "output_biases_velocity",
    ];

    private readonly OnnxGraphBuilder _graph;
    private readonly LdphOptions _options;
    private readonly int _bits;
    private readonly long[][] _shapes;
    private int _scalars;

    private TwinStepGraph(string name, LdphOptions options, int inputs, int hidden, int bits)
    {
        (_graph, _options, _bits) = (new OnnxGraphBuilder(name), options, bits);
        _shapes = Shapes(inputs, hidden, bits);
    }

    /// <summary>Shapes of <see cref="State"/>.</summary>
    public static long[][] Shapes(int inputs, int hidden, int bits) =>
        [[inputs, hidden], [hidden], [hidden, bits], [bits], [inputs, hidden], [hidden], [hidden, bits], [bits]];

    /// <summary>A step down the mean over rows of ½‖H − target‖², without β.</summary>
    public static byte[] Imitation(LdphOptions options, int inputs, int hidden, int bits) =>
        new TwinStepGraph("twin_imitation_step", options with { Alpha = 1, Beta = 0, Gamma = 0 }, inputs, hidden, bits).Build(inputs, hidden, pairs: false);

    /// <summary>
    /// A step down the mean over the rows of pairs of λ/(2L)·(h − a·d − b)² + α/2·‖H − target‖², the rounding in h taken as
    /// the identity, with β's pull to orthogonal weights and γ's to evenly used bits.
    /// </summary>
    public static byte[] Distance(LdphOptions options, int inputs, int hidden, int bits) =>
        new TwinStepGraph("twin_distance_step", options, inputs, hidden, bits).Build(inputs, hidden, pairs: true);

    private byte[] Build(int inputs, int hidden, bool pairs)
    {
        string rows = _graph.Input("rows", OnnxElementType.Float, "n", inputs);
        string targets = _graph.Input("targets", OnnxElementType.Float, "n", _bits);
        string batch = _graph.Input("batch", OnnxElementType.Int64, "m");
        string kept = _graph.Input("kept", OnnxElementType.Bool, "m", hidden);
        string scale = _graph.Input("scale", OnnxElementType.Float, 1);
        string? expected = pairs ? _graph.Input("expected", OnnxElementType.Float, "m", 1) : null;
        for (int i = 0; i < State.Length; i++)
        {
            _graph.Input(State[i], OnnxElementType.Float, [.. _shapes[i].Select(size => (OnnxDimension)size)]);
        }

        // Forward; amplitudes are 0 for units left out.
        string x = _graph.Node("Gather", "x", [rows, batch]);
        string before = _graph.Node("Gemm", "before", [x, State[0], State[1]]);
        string tanh = _graph.Node("Tanh", "tanh", [Times(before, 2f / 3)]);
        string amplitudes = Times(_graph.Node("Cast", null, [kept], OnnxAttribute.Of("to", (long)OnnxElementType.Float)), 1.7159f);
        string y = Binary("Mul", tanh, amplitudes);
        string output = _graph.Node("Sigmoid", "output", [_graph.Node("Gemm", null, [y, State[2], State[3]])]);

        // Backward, summed over rows; scale makes means of sums.
        string target = _graph.Node("Gather", "target", [targets, batch]);
        string error = Times(Binary("Sub", output, target), (float)_options.Alpha);
        if (expected is not null)
        {
            error = Binary("Add", error, DistanceError(output, expected));
        }

        if (_options.Gamma > 0)
        {
            error = Binary("Add", error, EntropyError(output));
        }

        string delta = Binary("Mul", error, Binary("Sub", output, Binary("Mul", output, output)));
        string back = _graph.Node("Gemm", null, [delta, State[2]], OnnxAttribute.Of("transB", 1));
        string slope = Binary("Mul", Binary("Sub", Scalar(1), Binary("Mul", tanh, tanh)), amplitudes);
        string hiddenDelta = Times(Binary("Mul", back, slope), 2f / 3);

        Layer(0, x, hiddenDelta, scale);
        Layer(2, y, delta, scale);
        return _graph.Build();
    }

    /// <summary>(λ/L)·(h − a·d − b)·(1 − 2r'), r' the other twin's bits.</summary>
    private string DistanceError(string output, string expected)
    {
        string bits = _graph.Node(
            "Cast", "bits", [_graph.Node("Greater", null, [output, Scalar(0.5f)])], OnnxAttribute.Of("to", (long)OnnxElementType.Float));
        string twins = _graph.Node("Reshape", null, [bits, _graph.Constant("twins_shape", [-1, 2, _bits], 3)]);
        string swapped = _graph.Node("Gather", null, [twins, _graph.Constant("swap", [1L, 0], 2)], OnnxAttribute.Of("axis", 1));
        string others = _graph.Node("Reshape", "others", [swapped, _graph.Constant("rows_shape", [-1L, _bits], 2)]);
        string hamming = _graph.Node(
            "ReduceSum", "hamming", [_graph.Node("Abs", null, [Binary("Sub", bits, others)]), _graph.Constant("columns", [1L], 1)]);
        string difference = Times(Binary("Sub", hamming, expected), (float)(_options.Lambda / _bits));
        return Binary("Mul", difference, Binary("Sub", Scalar(1), Times(others, 2)));
    }

    /// <summary>(γ/L)·log(q/(1 − q)), q the batch mean of each bit's output.</summary>
    private string EntropyError(string output)
    {
        string mean = _graph.Node(
            "Clip", "mean",
            [
                _graph.Node("ReduceMean", null, [output], OnnxAttribute.Of("axes", [0L])),
                _graph.Constant("least", [BitEntropy.Least]),
                _graph.Constant("most", [1 - BitEntropy.Least]),
            ]);
        string odds = Binary("Div", mean, Binary("Sub", Scalar(1), mean));
        return Times(_graph.Node("Log", null, [odds]), (float)(_options.Gamma / _bits));
    }

    /// <summary>A layer's step: v ← μ·v − η·(gradient + β·W·WᵀW), parameters ← parameters + v; biases without β.</summary>
    private void Layer(int first, string inputs, string delta, string scale)
    {
        string gradient = Binary("Mul", _graph.Node("Gemm", null, [inputs, delta], OnnxAttribute.Of("transA", 1)), scale);
        if (_options.Beta > 0)
        {
            // W + (WWᵀ − I)W is (WWᵀ)W.
            string square = _graph.Node("Gemm", null, [State[first], State[first]], OnnxAttribute.Of("transB", 1));
            string pull = Times(_graph.Node("Gemm", null, [square, State[first]]), (float)_options.Beta);
            gradient = Binary("Add", gradient, pull);
        }

        string ones = _graph.Node(
            "ReduceSum", null, [delta, _graph.Constant($"{State[first]}_rows", [0L], 1)], OnnxAttribute.Of("keepdims", 0));
        Move(first, gradient);
        Move(first + 1, Binary("Mul", ones, scale));
    }

    private void Move(int parameter, string gradient)
    {
        string velocity = _graph.Node(
            "Sub", "next_" + State[parameter + 4],
            [Times(State[parameter + 4], (float)_options.Momentum), Times(gradient, (float)_options.Rate)]);
        string next = _graph.Node("Add", "next_" + State[parameter], [State[parameter], velocity]);
        foreach ((string value, int index) in ((string, int)[])[(next, parameter), (velocity, parameter + 4)])
        {
            _graph.Output(value, OnnxElementType.Float, [.. _shapes[index].Select(size => (OnnxDimension)size)]);
        }
    }

    private string Binary(string operatorType, string left, string right) => _graph.Node(operatorType, null, [left, right]);

    private string Times(string value, float factor) => factor == 1 ? value : Binary("Mul", value, Scalar(factor));

    private string Scalar(float value) => _graph.Constant($"scalar_{_scalars++}", [value], 1);
}
