using Google.Protobuf;
using Onnx;

namespace Pipeline.Onnx.Graphs;

/// <summary>A named attribute of a node.</summary>
public sealed record OnnxAttribute
{
    private OnnxAttribute(string name, object value)
    {
        Name = name;
        Value = value;
    }

    /// <summary>The attribute's name as the operator's specification writes it.</summary>
    public string Name { get; }

    private object Value { get; }

    /// <summary>An integer.</summary>
    public static OnnxAttribute Of(string name, long value) => new(name, value);

    /// <summary>A float.</summary>
    public static OnnxAttribute Of(string name, float value) => new(name, value);

    /// <summary>A string.</summary>
    public static OnnxAttribute Of(string name, string value) => new(name, value);

    /// <summary>A list of integers.</summary>
    public static OnnxAttribute Of(string name, params long[] values) => new(name, values);

    /// <summary>A list of floats.</summary>
    public static OnnxAttribute Of(string name, params float[] values) => new(name, values);

    /// <summary>As the model stores it.</summary>
    internal AttributeProto ToProto()
    {
        var proto = new AttributeProto { Name = Name };
        switch (Value)
        {
            case long value:
                proto.Type = AttributeProto.Types.AttributeType.Int;
                proto.I = value;
                break;
            case float value:
                proto.Type = AttributeProto.Types.AttributeType.Float;
                proto.F = value;
                break;
            case string value:
                proto.Type = AttributeProto.Types.AttributeType.String;
                proto.S = ByteString.CopyFromUtf8(value);
                break;
            case long[] values:
                proto.Type = AttributeProto.Types.AttributeType.Ints;
                proto.Ints.AddRange(values);
                break;
            case float[] values:
                proto.Type = AttributeProto.Types.AttributeType.Floats;
                proto.Floats.AddRange(values);
                break;
            default:
                throw new NotSupportedException($"{Name}: {Value.GetType()} is no attribute type.");
        }

        return proto;
    }
}
