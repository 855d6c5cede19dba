using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Onnx;

namespace Pipeline.Onnx.Graphs;

/// <summary>Reads and writes the values of stored tensors.</summary>
internal static class OnnxTensors
{
    /// <summary>A tensor's floats, row-major.</summary>
    /// <exception cref="InvalidDataException">It holds something else, lies in another file or does not fill its shape.</exception>
    public static float[] Floats(TensorProto tensor)
    {
        if (tensor.DataType != (int)OnnxElementType.Float || tensor.DataLocation == TensorProto.Types.DataLocation.External)
        {
            throw new InvalidDataException($"The initializer {tensor.Name} holds no floats of its own.");
        }

        float[] values = tensor.RawData.IsEmpty ? [.. tensor.FloatData] : Floats(tensor.RawData.Span);
        return values.Length == tensor.Dims.Aggregate(1L, (product, size) => product * size)
            ? values
            : throw new InvalidDataException($"The initializer {tensor.Name} does not fill its shape.");
    }

    /// <summary>A tensor's 64-bit integers.</summary>
    /// <exception cref="InvalidDataException">It holds something else.</exception>
    public static long[] Integers(TensorProto tensor)
    {
        if (tensor.DataType != (int)OnnxElementType.Int64)
        {
            throw new InvalidDataException($"The initializer {tensor.Name} holds no integers.");
        }

        if (tensor.RawData.IsEmpty)
        {
            return [.. tensor.Int64Data];
        }

        var values = new long[tensor.RawData.Length / sizeof(long)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadInt64LittleEndian(tensor.RawData.Span[(i * sizeof(long))..]);
        }

        return values;
    }

    /// <summary>Numbers as they are stored, little-endian.</summary>
    public static ByteString Raw<T>(ReadOnlySpan<T> values)
        where T : unmanaged, INumber<T>
    {
        var raw = MemoryMarshal.AsBytes(values).ToArray();
        if (!BitConverter.IsLittleEndian)
        {
            for (int at = 0; at < raw.Length; at += Unsafe.SizeOf<T>())
            {
                raw.AsSpan(at, Unsafe.SizeOf<T>()).Reverse();
            }
        }

        return UnsafeByteOperations.UnsafeWrap(raw);
    }

    private static float[] Floats(ReadOnlySpan<byte> raw)
    {
        var values = new float[raw.Length / sizeof(float)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(raw[(i * sizeof(float))..]);
        }

        return values;
    }
}
