using System.Buffers.Binary;

namespace Pipeline.Onnx.Gguf;

/// <summary>A tensor of a GGUF file: its shape and where its elements lie.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Shape">Row-major, outermost dimension first: the reverse of the order in the file.</param>
/// <param name="IsHalf">Elements are 16-bit floats; otherwise 32-bit floats.</param>
/// <param name="Data">The elements, little-endian.</param>
public sealed record GgufTensor(string Name, IReadOnlyList<long> Shape, bool IsHalf, ReadOnlyMemory<byte> Data)
{
    /// <summary>Number of elements.</summary>
    public int Count => Data.Length / (IsHalf ? 2 : 4);

    /// <summary>The elements as 32-bit floats, in row-major order; exact, both types being subsets.</summary>
    public float[] ToArray()
    {
        var values = new float[Count];
        ReadOnlySpan<byte> data = Data.Span;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = IsHalf
                ? (float)BinaryPrimitives.ReadHalfLittleEndian(data[(2 * i)..])
                : BinaryPrimitives.ReadSingleLittleEndian(data[(4 * i)..]);
        }

        return values;
    }
}
