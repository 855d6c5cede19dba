using Google.Protobuf;
using Onnx;

namespace Pipeline.Onnx.Graphs;

/// <summary>Changes finished models.</summary>
internal static class OnnxGraphEditor
{
    /// <summary>
    /// Drops every graph output but those named, so that ONNX Runtime does not compute what nobody reads.
    /// </summary>
    /// <exception cref="InvalidDataException">The bytes are no ONNX model, or an output is missing.</exception>
    public static byte[] KeepOutputs(ReadOnlyMemory<byte> model, IReadOnlyCollection<string> outputs)
    {
        ModelProto proto = Parse(model);
        List<ValueInfoProto> kept = [.. proto.Graph.Output.Where(output => outputs.Contains(output.Name))];
        if (kept.Count != outputs.Count)
        {
            throw new InvalidDataException(
                $"The model has the outputs {string.Join(", ", proto.Graph.Output.Select(output => output.Name))}; "
                + $"{string.Join(", ", outputs)} are needed.");
        }

        if (kept.Count == proto.Graph.Output.Count)
        {
            return model.ToArray();
        }

        proto.Graph.Output.Clear();
        proto.Graph.Output.AddRange(kept);
        return proto.ToByteArray();
    }

    /// <summary>Parses a model.</summary>
    /// <exception cref="InvalidDataException">The bytes are no ONNX model.</exception>
    public static ModelProto Parse(ReadOnlyMemory<byte> model)
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
}
