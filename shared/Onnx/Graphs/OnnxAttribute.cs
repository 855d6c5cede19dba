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

    internal object Value { get; }

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
}
