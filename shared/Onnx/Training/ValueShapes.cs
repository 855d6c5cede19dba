using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Onnx;
using Pipeline.Onnx.Graphs;

namespace Pipeline.Onnx.Training;

/// <summary>Types and shapes of all values of a graph, as ONNX Runtime infers them.</summary>
internal sealed class ValueShapes
{
    private readonly Dictionary<string, (TensorElementType Type, ValueShape Shape)> _values = new(StringComparer.Ordinal);

    /// <summary>Has ONNX Runtime infer the shapes by opening the graph with every value as an output.</summary>
    /// <exception cref="InvalidDataException">ONNX Runtime does not accept the graph.</exception>
    public ValueShapes(OnnxGraphBuilder graph)
    {
        GraphProto copy = graph.Graph.Clone();
        copy.Output.Clear();
        copy.Output.AddRange(copy.Node.SelectMany(node => node.Output).Where(output => output.Length > 0).Select(output => new ValueInfoProto { Name = output }));
        var model = new ModelProto { IrVersion = OnnxGraphBuilder.IrVersion, Graph = copy };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = string.Empty, Version = graph.Opset });
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL,
            IntraOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        try
        {
            using var session = new InferenceSession(model.ToByteArray(), options);
            foreach ((string name, NodeMetadata value) in session.InputMetadata.Concat(session.OutputMetadata))
            {
                _values[name] = (value.ElementDataType, new ValueShape(value.Dimensions, value.SymbolicDimensions));
            }
        }
        catch (OnnxRuntimeException exception)
        {
            throw new InvalidDataException("ONNX Runtime does not accept the graph to be differentiated: " + exception.Message, exception);
        }

        foreach (TensorProto tensor in copy.Initializer)
        {
            int[] sizes = [.. tensor.Dims.Select(size => (int)size)];
            _values[tensor.Name] = ((TensorElementType)tensor.DataType, new ValueShape(sizes, [.. sizes.Select(_ => string.Empty)]));
        }
    }

    /// <summary>A value's shape.</summary>
    public ValueShape Shape(string value) => _values[value].Shape;

    /// <summary>A value's type, or undefined where it has none the builder knows.</summary>
    public OnnxElementType Type(string value) => (OnnxElementType)_values[value].Type;

    /// <summary>Whether a value holds numbers that a gradient can be taken of.</summary>
    public bool Differentiable(string value) =>
        _values.TryGetValue(value, out var found) && found.Type is TensorElementType.Float or TensorElementType.Double;
}
