namespace Pipeline.Onnx.Graphs;

/// <summary>One dimension of a graph input or output: a number, or a name where it is free.</summary>
public readonly record struct OnnxDimension
{
    private OnnxDimension(long size, string? name)
    {
        Size = size;
        Name = name;
    }

    /// <summary>The size; meaningless where <see cref="Name"/> is set.</summary>
    public long Size { get; }

    /// <summary>The name of a free dimension, such as <c>N</c>.</summary>
    public string? Name { get; }

    /// <summary>A fixed dimension.</summary>
    public static OnnxDimension FromInt64(long size) => new(size, null);

    /// <summary>A free dimension.</summary>
    public static OnnxDimension FromString(string name) => new(0, name);

    /// <summary>A fixed dimension.</summary>
    public static implicit operator OnnxDimension(long size) => FromInt64(size);

    /// <summary>A free dimension.</summary>
    public static implicit operator OnnxDimension(string name) => FromString(name);
}
