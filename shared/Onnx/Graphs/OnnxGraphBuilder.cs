using Google.Protobuf;
using Onnx;

namespace Pipeline.Onnx.Graphs;

/// <summary>
/// Writes an ONNX model node by node. Values are named by strings, as in the standard; nodes are kept in the order of
/// their addition, which must be a topological one. The same calls give the same bytes.
/// </summary>
/// <param name="name">The graph's name.</param>
/// <param name="opset">Version of the default operator set.</param>
public sealed class OnnxGraphBuilder(string name, int opset = OnnxGraphBuilder.DefaultOpset)
{
    /// <summary>The operator set used unless another is asked for.</summary>
    public const int DefaultOpset = 17;

    /// <summary>Version of the intermediate representation that <see cref="DefaultOpset"/> belongs to.</summary>
    public const int IrVersion = 8;

    private readonly GraphProto _graph = new() { Name = name };
    private readonly SortedDictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly HashSet<string> _values = new(StringComparer.Ordinal);
    private int _temporaries;

    /// <summary>The graph as it is now.</summary>
    internal GraphProto Graph => _graph;

    /// <summary>The default operator set's version.</summary>
    internal int Opset => opset;

    /// <summary>Values through which no gradient passes.</summary>
    internal HashSet<string> Stopped { get; } = new(StringComparer.Ordinal);

    /// <summary>Declares a graph input.</summary>
    /// <returns><paramref name="input"/>, to be used as a node's input.</returns>
    public string Input(string input, OnnxElementType type, params OnnxDimension[] shape)
    {
        Define(input);
        _graph.Input.Add(Info(input, type, shape));
        return input;
    }

    /// <summary>Declares a graph input of any rank and shape.</summary>
    /// <returns><paramref name="input"/>, to be used as a node's input.</returns>
    public string InputOfAnyShape(string input, OnnxElementType type)
    {
        Define(input);
        _graph.Input.Add(Info(input, type, null));
        return input;
    }

    /// <summary>Declares a value that a node made as a graph output of any rank and shape.</summary>
    /// <exception cref="ArgumentException">No node makes the value.</exception>
    public void OutputOfAnyShape(string output, OnnxElementType type)
    {
        RequireDefined(output);
        _graph.Output.Add(Info(output, type, null));
    }

    /// <summary>Declares a value that a node made as a graph output.</summary>
    /// <exception cref="ArgumentException">No node makes the value.</exception>
    public void Output(string output, OnnxElementType type, params OnnxDimension[] shape)
    {
        RequireDefined(output);
        _graph.Output.Add(Info(output, type, shape));
    }

    /// <summary>Adds a weight or another constant of 32-bit floats, in row-major order.</summary>
    /// <returns><paramref name="initializer"/>.</returns>
    public string Constant(string initializer, ReadOnlySpan<float> values, params long[] shape) =>
        Constant(initializer, OnnxElementType.Float, OnnxTensors.Raw(values), values.Length, shape);

    /// <summary>Adds a constant of 64-bit floats, in row-major order.</summary>
    /// <returns><paramref name="initializer"/>.</returns>
    public string Constant(string initializer, ReadOnlySpan<double> values, params long[] shape) =>
        Constant(initializer, OnnxElementType.Double, OnnxTensors.Raw(values), values.Length, shape);

    /// <summary>Adds a constant of 64-bit integers, in row-major order; shapes and axes are such constants.</summary>
    /// <returns><paramref name="initializer"/>.</returns>
    public string Constant(string initializer, ReadOnlySpan<long> values, params long[] shape) =>
        Constant(initializer, OnnxElementType.Int64, OnnxTensors.Raw(values), values.Length, shape);

    /// <summary>Adds a node with one output.</summary>
    /// <param name="operatorType">The operator, such as <c>Conv</c>.</param>
    /// <param name="output">The name of the value it makes, also the node's own name; null invents one.</param>
    /// <param name="inputs">Values defined before; an empty name stands for an optional input left out.</param>
    /// <param name="attributes">The operator's attributes.</param>
    /// <returns>The name of the value made.</returns>
    public string Node(string operatorType, string? output, ReadOnlySpan<string> inputs, params OnnxAttribute[] attributes)
    {
        output ??= Temporary(operatorType);
        NodeWithOutputs(operatorType, [output], inputs, attributes);
        return output;
    }

    /// <summary>Adds a node with several outputs.</summary>
    /// <exception cref="ArgumentException">An input is not defined yet, or an output is defined already.</exception>
    public void NodeWithOutputs(
        string operatorType, ReadOnlySpan<string> outputs, ReadOnlySpan<string> inputs, params OnnxAttribute[] attributes)
    {
        ArgumentException.ThrowIfNullOrEmpty(operatorType);
        ArgumentNullException.ThrowIfNull(attributes);
        var node = new NodeProto { OpType = operatorType, Name = outputs[0] };
        foreach (string input in inputs)
        {
            if (input.Length > 0)
            {
                RequireDefined(input);
            }

            node.Input.Add(input);
        }

        foreach (string output in outputs)
        {
            Define(output);
            node.Output.Add(output);
        }

        node.Attribute.AddRange(attributes.Select(attribute => attribute.ToProto()));
        _graph.Node.Add(node);
    }

    /// <summary>Adds a line of metadata to the model.</summary>
    public void Metadata(string key, string value) => _metadata[key] = value;

    /// <summary>Serialises the model.</summary>
    public byte[] Build()
    {
        var model = new ModelProto { IrVersion = IrVersion, ProducerName = "pipeline", Graph = _graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = string.Empty, Version = opset });
        model.MetadataProps.AddRange(_metadata.Select(entry => new StringStringEntryProto { Key = entry.Key, Value = entry.Value }));
        return model.ToByteArray();
    }

    /// <summary>Whether a value of this name exists.</summary>
    internal bool Has(string value) => _values.Contains(value);

    /// <summary>Declares a value that a node added later, but before its readers, is going to make.</summary>
    internal string Promise(string value)
    {
        Define(value);
        return value;
    }

    /// <summary>Puts nodes that make promised values in front of all others.</summary>
    internal void Prepend(IReadOnlyList<NodeProto> nodes)
    {
        for (int i = 0; i < nodes.Count; i++)
        {
            _graph.Node.Insert(i, nodes[i]);
        }
    }

    /// <summary>Adds a finished tensor.</summary>
    internal void Append(TensorProto initializer)
    {
        Define(initializer.Name);
        _graph.Initializer.Add(initializer);
    }

    /// <summary>Adds a finished node.</summary>
    internal void Append(NodeProto node)
    {
        foreach (string input in node.Input.Where(input => input.Length > 0))
        {
            RequireDefined(input);
        }

        foreach (string output in node.Output.Where(output => output.Length > 0))
        {
            Define(output);
        }

        _graph.Node.Add(node);
    }

    /// <summary>Asks a node that is there for a further, optional output.</summary>
    internal string AlsoOutput(NodeProto node)
    {
        string output = Temporary(node.OpType);
        Define(output);
        node.Output.Add(output);
        return output;
    }

    /// <summary>A name that no value has yet.</summary>
    internal string Unused(string operatorType) => Temporary(operatorType);

    private string Constant(string initializer, OnnxElementType type, ByteString raw, int count, long[] shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Aggregate(1L, (product, size) => product * size) != count)
        {
            throw new ArgumentException($"{initializer}: {count} values do not fill the shape [{string.Join(", ", shape)}].", nameof(shape));
        }

        Define(initializer);
        var tensor = new TensorProto { Name = initializer, DataType = (int)type, RawData = raw };
        tensor.Dims.AddRange(shape);
        _graph.Initializer.Add(tensor);
        return initializer;
    }

    private string Temporary(string operatorType)
    {
        string candidate;
        do
        {
            candidate = $"{operatorType}_{_temporaries++}";
        }
        while (_values.Contains(candidate));
        return candidate;
    }

    private void Define(string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        if (!_values.Add(value))
        {
            throw new ArgumentException($"The graph already has a value {value}.", nameof(value));
        }
    }

    private void RequireDefined(string value)
    {
        if (!_values.Contains(value))
        {
            throw new ArgumentException($"The graph has no value {value} yet.", nameof(value));
        }
    }

    private static ValueInfoProto Info(string value, OnnxElementType type, OnnxDimension[]? shape)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type };
        if (shape is not null)
        {
            tensor.Shape = new TensorShapeProto();
            tensor.Shape.Dim.AddRange(shape.Select(dimension => dimension.Name is { } free
                ? new TensorShapeProto.Types.Dimension { DimParam = free }
                : new TensorShapeProto.Types.Dimension { DimValue = dimension.Size }));
        }

        return new ValueInfoProto { Name = value, Type = new TypeProto { TensorType = tensor } };
    }
}
