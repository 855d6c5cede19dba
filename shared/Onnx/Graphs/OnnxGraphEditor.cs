using Google.Protobuf;
using Onnx;

namespace Pipeline.Onnx.Graphs;

/// <summary>Changes finished models. The same calls give the same bytes.</summary>
public static class OnnxGraphEditor
{
    /// <summary>
    /// Cuts the part of a model that leads from some of its values to others: the nodes in between and the weights they
    /// need, as a model of its own. Values inside the graph may be named as inputs and outputs.
    /// </summary>
    /// <param name="model">A serialised ONNX model.</param>
    /// <param name="inputs">Values that become the inputs; what lies before them is left out.</param>
    /// <param name="outputs">Values that become the outputs, in this order.</param>
    /// <exception cref="InvalidDataException">
    /// The bytes are no ONNX model, a value is unknown, or an output needs an input of the model that is not named.
    /// </exception>
    public static byte[] Extract(ReadOnlyMemory<byte> model, IReadOnlyCollection<string> inputs, IReadOnlyCollection<string> outputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        ModelProto proto = Parse(model);
        GraphProto graph = proto.Graph;
        Dictionary<string, NodeProto> makers = [];
        foreach (NodeProto node in graph.Node)
        {
            foreach (string output in node.Output)
            {
                makers[output] = node;
            }
        }

        HashSet<string> weights = [.. graph.Initializer.Select(tensor => tensor.Name)];
        HashSet<string> given = [.. inputs];
        if (inputs.FirstOrDefault(name => !makers.ContainsKey(name) && graph.Input.All(input => input.Name != name)) is { } unknown)
        {
            throw new InvalidDataException($"The model has no value {unknown} to begin at.");
        }

        HashSet<string> needed = [];
        HashSet<NodeProto> kept = new(ReferenceEqualityComparer.Instance);
        var open = new Stack<string>(outputs);
        while (open.TryPop(out string? value))
        {
            if (value.Length == 0 || given.Contains(value) || !needed.Add(value) || weights.Contains(value))
            {
                continue;
            }

            if (!makers.TryGetValue(value, out NodeProto? maker))
            {
                throw new InvalidDataException(graph.Input.Any(input => input.Name == value)
                    ? $"What is to be cut needs the model's input {value}, which is not among those given: {string.Join(", ", inputs)}."
                    : $"The model has no value {value}.");
            }

            if (kept.Add(maker))
            {
                foreach (string read in Reads(maker))
                {
                    open.Push(read);
                }
            }
        }

        Dictionary<string, ValueInfoProto> known = [];
        foreach (ValueInfoProto info in graph.Input.Concat(graph.ValueInfo).Concat(graph.Output))
        {
            known[info.Name] = info;
        }

        var part = new GraphProto { Name = graph.Name };
        part.Node.AddRange(graph.Node.Where(kept.Contains));
        part.Initializer.AddRange(graph.Initializer.Where(tensor => needed.Contains(tensor.Name)));
        part.Input.AddRange(inputs.Select(name => Info(known, name)));
        foreach (ValueInfoProto input in part.Input.Where(input => input.Type is null))
        {
            // The type of an input cannot be inferred; activations are floats.
            input.Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)OnnxElementType.Float } };
        }

        part.Output.AddRange(outputs.Select(name => Info(known, name)));
        part.ValueInfo.AddRange(graph.ValueInfo.Where(info => needed.Contains(info.Name) && !outputs.Contains(info.Name)));
        proto.Graph = part;
        return proto.ToByteArray();
    }

    /// <summary>Puts other values into some of a model's weights; everything else stays as it is.</summary>
    /// <param name="model">A serialised ONNX model.</param>
    /// <param name="values">By the initializer's name, row-major, as many floats as it has.</param>
    /// <exception cref="InvalidDataException">The bytes are no ONNX model, or it has no such initializer of floats and of that size.</exception>
    public static byte[] WithInitializers(ReadOnlyMemory<byte> model, IReadOnlyDictionary<string, float[]> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        ModelProto proto = Parse(model);
        int replaced = 0;
        foreach (TensorProto tensor in proto.Graph.Initializer)
        {
            if (values.TryGetValue(tensor.Name, out float[]? value))
            {
                long count = tensor.Dims.Aggregate(1L, (product, size) => product * size);
                if (tensor.DataType != (int)OnnxElementType.Float || count != value.Length)
                {
                    throw new InvalidDataException($"The initializer {tensor.Name} does not hold {value.Length} floats.");
                }

                tensor.FloatData.Clear();
                tensor.RawData = OnnxTensors.Raw(value);
                replaced++;
            }
        }

        return replaced == values.Count
            ? proto.ToByteArray()
            : throw new InvalidDataException(
                $"The model has no initializers {string.Join(", ", values.Keys.Except(proto.Graph.Initializer.Select(tensor => tensor.Name)))}.");
    }

    /// <summary>
    /// Gives a model the graph outputs named and no others, so that ONNX Runtime does not compute what nobody reads. Values inside the graph may
    /// be named too.
    /// </summary>
    /// <exception cref="InvalidDataException">The bytes are no ONNX model, or a value is missing.</exception>
    internal static byte[] WithOutputs(ReadOnlyMemory<byte> model, IReadOnlyCollection<string> outputs)
    {
        ModelProto proto = Parse(model);
        List<ValueInfoProto> kept = [.. proto.Graph.Output.Where(output => outputs.Contains(output.Name))];
        HashSet<string> inner = [.. outputs.Except(kept.Select(output => output.Name))];
        if (!inner.IsSubsetOf(proto.Graph.Node.SelectMany(node => node.Output)))
        {
            throw new InvalidDataException(
                $"The model has the outputs {string.Join(", ", proto.Graph.Output.Select(output => output.Name))}; "
                + $"{string.Join(", ", outputs)} are needed.");
        }

        if (inner.Count == 0 && kept.Count == proto.Graph.Output.Count)
        {
            return model.ToArray();
        }

        proto.Graph.Output.Clear();
        proto.Graph.Output.AddRange(kept);
        var known = proto.Graph.ValueInfo.ToDictionary(info => info.Name);
        proto.Graph.Output.AddRange(inner.Order(StringComparer.Ordinal).Select(name => Info(known, name)));
        return proto.ToByteArray();
    }

    /// <summary>Parses a model.</summary>
    /// <exception cref="InvalidDataException">The bytes are no ONNX model.</exception>
    internal static ModelProto Parse(ReadOnlyMemory<byte> model)
    {
        ModelProto proto;
        try
        {
            proto = ModelProto.Parser.ParseFrom(model.Span);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new InvalidDataException("These bytes are no ONNX model.", exception);
        }

        return proto.Graph is not null ? proto : throw new InvalidDataException("The ONNX model holds no graph.");
    }

    /// <summary>What a node reads: its inputs, and what the bodies of loops and branches read from outside.</summary>
    private static IEnumerable<string> Reads(NodeProto node) => node.Input.Concat(node.Attribute
        .SelectMany(attribute => attribute.G is null ? attribute.Graphs : attribute.Graphs.Prepend(attribute.G))
        .SelectMany(body => body.Node.SelectMany(Reads).Except(
            body.Node.SelectMany(inner => inner.Output)
                .Concat(body.Input.Select(input => input.Name))
                .Concat(body.Initializer.Select(tensor => tensor.Name)))));

    /// <summary>What the model says of a value; ONNX Runtime infers the type of an output of which it says nothing.</summary>
    private static ValueInfoProto Info(Dictionary<string, ValueInfoProto> known, string name) =>
        known.TryGetValue(name, out ValueInfoProto? info) ? info : new ValueInfoProto { Name = name };
}
