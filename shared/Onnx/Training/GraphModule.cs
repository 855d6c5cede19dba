using Onnx;
using Pipeline.Onnx.Graphs;

namespace Pipeline.Onnx.Training;

/// <summary>A model inside a training graph. Applied several times, its applications share their weights.</summary>
public sealed class GraphModule
{
    private const int LeastOpset = 13;
    private readonly OnnxGraphBuilder _graph;
    private readonly ReadOnlyMemory<byte> _model;
    private readonly ModelProto _proto;
    private readonly string _prefix;
    private int _applications;

    internal GraphModule(
        OnnxGraphBuilder graph, ReadOnlyMemory<byte> model, ModelProto proto, string prefix, IReadOnlyDictionary<string, string> parameters)
    {
        long opset = proto.OpsetImport.FirstOrDefault(import => import.Domain.Length == 0)?.Version ?? 0;
        if (opset < LeastOpset || opset > graph.Opset)
        {
            throw new InvalidDataException($"The model is of opset {opset}; {LeastOpset} to {graph.Opset} can be trained.");
        }

        (_graph, _model, _proto, _prefix, Parameters) = (graph, model, proto, prefix, parameters);
    }

    /// <summary>The trained initializers' values in the training graph, by the names that they have in the model.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; }

    /// <summary>The initializers of floats that can be trained: all but the statistics of batch normalisations.</summary>
    /// <exception cref="InvalidDataException">The bytes are no ONNX model.</exception>
    public static IReadOnlyList<string> TrainableInitializers(ReadOnlyMemory<byte> model)
    {
        GraphProto graph = OnnxGraphEditor.Parse(model).Graph;
        HashSet<string> statistics = [.. graph.Node
            .Where(node => node.OpType == "BatchNormalization").SelectMany(node => node.Input.Skip(3))];
        return [.. graph.Initializer
            .Where(tensor => tensor.DataType == (int)OnnxElementType.Float && !statistics.Contains(tensor.Name))
            .Select(tensor => tensor.Name)];
    }

    /// <summary>
    /// The model's batch normalisations: what each reads, and the mean and variance it has kept, by their names in the model.
    /// </summary>
    public IReadOnlyList<(string Input, string Mean, string Variance)> Normalisations =>
        [.. _proto.Graph.Node.Where(node => node.OpType == "BatchNormalization").Select(node => (node.Input[0], node.Input[3], node.Input[4]))];

    /// <summary>Adds the model's nodes.</summary>
    /// <param name="bindings">For each input of the model the value that it reads.</param>
    /// <returns>All values of this application by the names that they have in the model, outputs and inner ones.</returns>
    /// <exception cref="ArgumentException">An input is not bound, or the model has no such input.</exception>
    /// <exception cref="InvalidDataException">The model has a loop or a branch.</exception>
    public IReadOnlyDictionary<string, string> Apply(params ReadOnlySpan<(string Input, string Value)> bindings)
    {
        Dictionary<string, string> values = [];
        foreach (TensorProto tensor in _proto.Graph.Initializer)
        {
            values[tensor.Name] = $"{_prefix}/{tensor.Name}";
        }

        HashSet<string> open = [.. _proto.Graph.Input.Select(input => input.Name).Where(name => !values.ContainsKey(name))];
        foreach ((string input, string value) in bindings)
        {
            values[input] = open.Remove(input) ? value : throw new ArgumentException($"The model has no unbound input {input}.", nameof(bindings));
        }

        if (open.Count > 0)
        {
            throw new ArgumentException($"The model's input {open.First()} is not bound.", nameof(bindings));
        }

        string prefix = _applications++ == 0 ? _prefix + ":" : $"{_prefix}{_applications}:";
        foreach (NodeProto node in _proto.Graph.Node)
        {
            if (node.Attribute.Any(attribute => attribute.G is not null || attribute.Graphs.Count > 0))
            {
                throw new InvalidDataException($"The node {Gradients.NameOf(node)} ({node.OpType}) has a graph inside, which cannot be trained.");
            }

            NodeProto copy = node.Clone();
            copy.Name = prefix + Gradients.NameOf(node);
            for (int i = 0; i < copy.Input.Count; i++)
            {
                copy.Input[i] = node.Input[i].Length == 0 ? string.Empty
                    : values.TryGetValue(node.Input[i], out string? value) ? value
                    : throw new InvalidDataException($"The node {Gradients.NameOf(node)} reads {node.Input[i]}, which the model does not have.");
            }

            for (int i = 0; i < copy.Output.Count; i++)
            {
                if (node.Output[i].Length > 0)
                {
                    copy.Output[i] = values[node.Output[i]] = prefix + node.Output[i];
                }
            }

            _graph.Append(copy);
        }

        return values;
    }

    /// <summary>The model with trained weights; nothing else in it differs.</summary>
    /// <param name="trained">By their names in the training graph, as <see cref="TrainingSession.Download"/> gives them.</param>
    /// <exception cref="KeyNotFoundException">A trained weight of this model is missing.</exception>
    public byte[] WithParameters(IReadOnlyDictionary<string, float[]> trained)
    {
        ArgumentNullException.ThrowIfNull(trained);
        return OnnxGraphEditor.WithInitializers(_model, Parameters.ToDictionary(entry => entry.Key, entry => trained[entry.Value]));
    }
}
