using Google.Protobuf;
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
        return (trunk, options.EmbeddingOutput) == (Trunk, Embedding)
            ? tail
            : Renamed(tail, new Dictionary<string, string> { [trunk] = Trunk, [options.EmbeddingOutput] = Embedding });
    }

    private static byte[] Renamed(ReadOnlyMemory<byte> model, Dictionary<string, string> names)
    {
        ModelProto proto = OnnxGraphEditor.Parse(model);
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

        foreach (ValueInfoProto value in proto.Graph.Input.Concat(proto.Graph.Output))
        {
            value.Name = names.GetValueOrDefault(value.Name, value.Name);
        }

        return proto.ToByteArray();
    }
}
