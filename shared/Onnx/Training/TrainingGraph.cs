using Google.Protobuf.Collections;
using Onnx;
using Pipeline.Onnx.Graphs;

namespace Pipeline.Onnx.Training;

/// <summary>
/// Puts a training step together: inputs, models whose weights are trained or frozen, a loss written with
/// <see cref="Math"/>, and an optimiser.
/// </summary>
/// <remarks>
/// The parameters are one vector in the graph's state, cut into tensors at its beginning: an optimiser's step, the
/// gradient's norm and the test for finite values are then a few operators, however many tensors there are.
/// </remarks>
public sealed class TrainingGraph
{
    /// <summary>The name under which the minimised loss is reported.</summary>
    public const string Loss = "loss";

    /// <summary>The name under which the length of the gradient, before it is limited, is reported.</summary>
    public const string GradientNorm = "gradient_norm";

    private readonly List<TrainingParameter> _parameters = [];
    private bool _built;

    /// <summary>An empty graph.</summary>
    /// <param name="name">The graph's name.</param>
    public TrainingGraph(string name)
    {
        Graph = new OnnxGraphBuilder(name);
        Math = new GraphMath(Graph);
    }

    /// <summary>The graph, for operators that <see cref="Math"/> has not.</summary>
    public OnnxGraphBuilder Graph { get; }

    /// <summary>Formulas.</summary>
    public GraphMath Math { get; }

    /// <summary>Declares an input of a step, such as a batch of activations.</summary>
    /// <returns><paramref name="name"/>.</returns>
    public string Input(string name, OnnxElementType type, params OnnxDimension[] shape) => Graph.Input(name, type, shape);

    /// <summary>Adds a tensor that is trained.</summary>
    /// <returns><paramref name="name"/>.</returns>
    /// <exception cref="ArgumentException">The values do not fill the shape, or the name is taken.</exception>
    public string Parameter(string name, ReadOnlyMemory<float> initial, params long[] shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Aggregate(1L, (product, size) => product * size) != initial.Length)
        {
            throw new ArgumentException($"{name}: {initial.Length} values do not fill the shape [{string.Join(", ", shape)}].", nameof(initial));
        }

        _parameters.Add(new TrainingParameter(Graph.Promise(name), shape, initial));
        return name;
    }

    /// <summary>Adds a model's weights, once; <see cref="GraphModule.Apply"/> then adds its nodes as often as it is applied.</summary>
    /// <param name="model">A serialised ONNX model of opset 13 to 17.</param>
    /// <param name="prefix">Goes before the names of its weights and values, with a slash between.</param>
    /// <param name="trainable">
    /// Names of the initializers that are trained; none makes it a frozen model, such as a teacher.
    /// <see cref="GraphModule.TrainableInitializers"/> gives all that can be.
    /// </param>
    /// <exception cref="InvalidDataException">The model is damaged, of another opset, or has no such initializer of floats.</exception>
    public GraphModule Module(ReadOnlyMemory<byte> model, string prefix, IEnumerable<string> trainable)
    {
        ArgumentNullException.ThrowIfNull(trainable);
        ModelProto proto = OnnxGraphEditor.Parse(model);
        HashSet<string> trained = [.. trainable];
        RepeatedField<TensorProto> initializers = proto.Graph.Initializer;
        if (trained.Except(initializers.Select(tensor => tensor.Name)).FirstOrDefault() is { } missing)
        {
            throw new InvalidDataException($"The model has no initializer {missing} to be trained.");
        }

        Dictionary<string, string> parameters = [];
        foreach (TensorProto tensor in initializers)
        {
            string name = $"{prefix}/{tensor.Name}";
            if (trained.Contains(tensor.Name))
            {
                parameters[tensor.Name] = Parameter(name, OnnxTensors.Floats(tensor), [.. tensor.Dims]);
            }
            else
            {
                TensorProto copy = tensor.Clone();
                copy.Name = name;
                Graph.Append(copy);
            }
        }

        return new GraphModule(Graph, model, proto, prefix, parameters);
    }

    /// <summary>Adds the backward pass and the optimiser's step.</summary>
    /// <param name="loss">The value of one element that is to become small.</param>
    /// <param name="optimiser">How.</param>
    /// <param name="reported">Further values of one element that a step reports, by the name they are reported under; not <see cref="Loss"/> or <see cref="GradientNorm"/>.</param>
    /// <exception cref="InvalidOperationException">The graph was built before, or nothing in it is trained.</exception>
    /// <exception cref="UnsupportedOperatorException">An operator between a parameter and the loss has no gradient rule.</exception>
    public TrainingModel Build(string loss, Optimiser optimiser, IReadOnlyDictionary<string, string>? reported = null)
    {
        ArgumentNullException.ThrowIfNull(optimiser);
        optimiser.Validate();
        if (_built || _parameters.Count == 0)
        {
            throw new InvalidOperationException(_built ? "The graph was built before." : "Nothing in the graph is trained.");
        }

        _built = true;
        int length = _parameters.Sum(parameter => parameter.Length);
        Cut(length);
        IReadOnlyDictionary<string, string> gradients = Gradients.Of(Graph, loss, [.. _parameters.Select(parameter => parameter.Name)]);
        string gradient = Math.Concat(0, [.. _parameters.Select(parameter => Math.Reshape(gradients[parameter.Name], -1))]);
        string norm = Math.Sqrt(Math.Sum(Math.Square(gradient)));
        if (optimiser.GradientNormLimit is { } limit)
        {
            string share = Math.Divide(Math.Scalar(limit), Math.Node("Max", norm, Math.Scalar(limit)));
            gradient = Math.Multiply(gradient, share);
        }

        List<string> losses = [Loss, GradientNorm];
        Report(Loss, loss);
        Report(GradientNorm, norm);
        foreach ((string name, string value) in reported ?? new Dictionary<string, string>())
        {
            losses.Add(name);
            Report(name, value);
        }

        Move(optimiser, gradient, length);
        return new TrainingModel(Graph.Build(), [.. _parameters], losses, optimiser);
    }

    /// <summary>The nodes that cut the state vector into the parameters.</summary>
    private void Cut(int length)
    {
        Graph.Input(TrainingModel.State, OnnxElementType.Float, length);
        string sizes = Math.Integers([.. _parameters.Select(parameter => (long)parameter.Length)]);
        var split = new NodeProto { OpType = "Split", Name = TrainingModel.State + "/split" };
        split.Input.Add([TrainingModel.State, sizes]);
        List<NodeProto> nodes = [split];
        foreach (TrainingParameter parameter in _parameters)
        {
            string piece = Graph.Promise(parameter.Name + "/flat");
            split.Output.Add(piece);
            var reshape = new NodeProto { OpType = "Reshape", Name = parameter.Name };
            reshape.Input.Add([piece, Math.Integers([.. parameter.Shape])]);
            reshape.Output.Add(parameter.Name);
            nodes.Add(reshape);
        }

        Graph.Prepend(nodes);
    }

    private void Report(string name, string value)
    {
        string reported = TrainingModel.Reported(name);
        Graph.Node("Reshape", reported, [value, Math.Integers(1)]);
        Graph.Output(reported, OnnxElementType.Float, 1);
    }

    private void Move(Optimiser optimiser, string gradient, int length)
    {
        string rate = Graph.Input(TrainingModel.Rate, OnnxElementType.Float, 1);
        string[] factors = [.. optimiser.Factors.Select(factor => Graph.Input(factor, OnnxElementType.Float, 1))];
        string[] moments = [.. Enumerable.Range(0, optimiser.Moments)
            .Select(moment => Graph.Input(TrainingModel.Moment(moment), OnnxElementType.Float, length))];
        (string next, string[] nextMoments) = optimiser.Step(
            Math, TrainingModel.State, gradient, Decayed(optimiser, length), rate, moments, factors);
        State(TrainingModel.NextState, next, length);
        for (int i = 0; i < nextMoments.Length; i++)
        {
            State(TrainingModel.NextMoment(i), nextMoments[i], length);
        }

        // 0·x is 0 for every finite x and not a number for the others.
        string everything = nextMoments.Aggregate(next, Math.Add);
        Graph.Node("Reshape", TrainingModel.Probe, [Math.Sum(Math.Scale(everything, 0)), Math.Integers(1)]);
        Graph.Output(TrainingModel.Probe, OnnxElementType.Float, 1);
    }

    private void State(string name, string value, int length)
    {
        Graph.Node("Identity", name, [value]);
        Graph.Output(name, OnnxElementType.Float, length);
    }

    private string? Decayed(Optimiser optimiser, int length)
    {
        if (optimiser.WeightDecay == 0)
        {
            return null;
        }

        var decayed = new float[length];
        int at = 0;
        foreach (TrainingParameter parameter in _parameters)
        {
            decayed.AsSpan(at, parameter.Length).Fill(parameter.Shape.Count >= 2 ? 1 : 0);
            at += parameter.Length;
        }

        return Graph.Constant("decayed", decayed, length);
    }
}
