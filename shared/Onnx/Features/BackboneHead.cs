using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Onnx;
using Pipeline.Onnx.Graphs;

namespace Pipeline.Onnx;

/// <summary>The backbone's own tail, from the trunk activations that are stored of images to their embeddings: the head that learning begins with.</summary>
public static class BackboneHead
{
    /// <summary>Input of every head.</summary>
    public const string Trunk = "trunk";

    /// <summary>Output of every head.</summary>
    public const string Embedding = "embedding";

    /// <summary>Cuts the tail out of a backbone.</summary>
    /// <param name="backbone">A serialised ONNX model.</param>
    /// <param name="options">What its outputs are called.</param>
    /// <returns>A model for <see cref="CnnHead"/>.</returns>
    /// <exception cref="InvalidDataException">The bytes are no ONNX model, it keeps no trunk, or the embedding needs more than the trunk.</exception>
    public static byte[] Of(ReadOnlyMemory<byte> backbone, BackboneOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var trunk = options.TrunkOutput is { Length: > 0 } name ? name : throw new InvalidDataException("The backbone keeps no trunk activations.");
        byte[] tail = OnnxGraphEditor.Extract(backbone, [trunk], [options.EmbeddingOutput]);
        if (!IsDeclared(tail))
        {
            tail = WithInputShape(tail, InferredShape(backbone, trunk));
        }

        return (trunk, options.EmbeddingOutput) == (Trunk, Embedding)
            ? tail
            : Renamed(tail, new Dictionary<string, string> { [trunk] = Trunk, [options.EmbeddingOutput] = Embedding });
    }

    private static bool IsDeclared(ReadOnlyMemory<byte> tail) => OnnxGraphEditor.Parse(tail).Graph.Input[0].Type?.TensorType?.Shape is not null;

    /// <summary>The shape that ONNX Runtime finds for a value of which the model says nothing; −1 where it is free.</summary>
    private static int[] InferredShape(ReadOnlyMemory<byte> backbone, string value)
    {
        using var options = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL };
        using var session = new InferenceSession(OnnxGraphEditor.WithOutputs(backbone, [value]), options);
        return session.OutputMetadata[value].Dimensions;
    }

    private static byte[] WithInputShape(ReadOnlyMemory<byte> tail, int[] shape)
    {
        ModelProto proto = OnnxGraphEditor.Parse(tail);
        var declared = new TensorShapeProto();
        declared.Dim.AddRange(shape.Select((size, axis) => size > 0
            ? new TensorShapeProto.Types.Dimension { DimValue = size }
            : new TensorShapeProto.Types.Dimension { DimParam = axis == 0 ? "N" : $"D{axis}" }));
        proto.Graph.Input[0].Type.TensorType.Shape = declared;
        return proto.ToByteArray();
    }

    private static byte[] Renamed(ReadOnlyMemory<byte> model, Dictionary<string, string> names)
    {
        ModelProto proto = OnnxGraphEditor.Parse(model);

        // A tail that begins earlier than the model's own trunk, say, has a value of that name inside.
        foreach (string taken in names.Values.Where(name => !names.ContainsKey(name)).ToList())
        {
            names[taken] = "inner/" + taken;
        }

        foreach (NodeProto node in proto.Graph.Node)
        {
            for (int i = 0; i < node.Input.Count; i++)
            {
                node.Input[i] = names.GetValueOrDefault(node.Input[i], node.Input[i]);
            }

            for (int i = 0; i < node.Output.Count; i++)
            {
                node.Output[i] = names.GetValueOrDefault(node.Output[i], node.Output[i]);
            }
        }

        foreach (ValueInfoProto value in proto.Graph.Input.Concat(proto.Graph.Output).Concat(proto.Graph.ValueInfo))
        {
            value.Name = names.GetValueOrDefault(value.Name, value.Name);
        }

        return proto.ToByteArray();
    }
}
