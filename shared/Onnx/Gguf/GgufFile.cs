using System.Collections.Frozen;

namespace Pipeline.Onnx.Gguf;

/// <summary>
/// A GGUF file (versions 2 and 3, little-endian) with tensors of 16- and 32-bit floats. Every count, length and
/// offset is checked against the file before it is used.
/// </summary>
public sealed class GgufFile
{
    private const uint DefaultAlignment = 32;
    private const int MaxDimensions = 4;
    private const uint Float32 = 0;
    private const uint Float16 = 1;

    private GgufFile(FrozenDictionary<string, object> metadata, FrozenDictionary<string, GgufTensor> tensors)
    {
        Metadata = metadata;
        Tensors = tensors;
    }

    /// <summary>
    /// Key–value pairs: numbers as their .NET type, strings, booleans, and arrays as <c>object[]</c>.
    /// </summary>
    public IReadOnlyDictionary<string, object> Metadata { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, GgufTensor> Tensors { get; }

    /// <summary>Reads a file held in memory; the tensors refer to it.</summary>
    /// <exception cref="InvalidDataException">The bytes are not such a file, or are damaged.</exception>
    public static GgufFile Parse(ReadOnlyMemory<byte> file)
    {
        var reader = new GgufReader(file.Span);
        if (!reader.Bytes(4).SequenceEqual("GGUF"u8))
        {
            throw new InvalidDataException("Not a GGUF file: the magic number is missing.");
        }

        uint version = reader.UInt32();
        if (version is not (2 or 3))
        {
            throw new InvalidDataException($"GGUF version {version} is not supported.");
        }

        // The least a tensor and a pair can take bounds both counts before anything is allocated for them.
        int tensorCount = reader.Count(leastBytesEach: 24);
        int pairCount = reader.Count(leastBytesEach: 13);
        Dictionary<string, object> metadata = ReadMetadata(ref reader, pairCount);
        uint alignment = Alignment(metadata);

        var headers = new List<(string Name, long[] Shape, bool IsHalf, ulong Offset)>(tensorCount);
        for (int i = 0; i < tensorCount; i++)
        {
            headers.Add(ReadTensorHeader(ref reader));
        }

        long data = (reader.Position + alignment - 1L) / alignment * alignment;
        var tensors = new Dictionary<string, GgufTensor>(StringComparer.Ordinal);
        foreach ((string name, long[] shape, bool isHalf, ulong offset) in headers)
        {
            if (!tensors.TryAdd(name, Slice(file, data, alignment, name, shape, isHalf, offset)))
            {
                throw new InvalidDataException($"GGUF tensor {name} occurs twice.");
            }
        }

        return new GgufFile(metadata.ToFrozenDictionary(StringComparer.Ordinal), tensors.ToFrozenDictionary(StringComparer.Ordinal));
    }

    /// <summary>A tensor that must be there with a given shape.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Row-major, outermost dimension first.</param>
    /// <exception cref="InvalidDataException">It is missing or has another shape.</exception>
    public GgufTensor Require(string name, params long[] shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (!Tensors.TryGetValue(name, out GgufTensor? tensor))
        {
            throw new InvalidDataException($"The GGUF file has no tensor {name}.");
        }

        return tensor.Shape.SequenceEqual(shape)
            ? tensor
            : throw new InvalidDataException(
                $"GGUF tensor {name} is [{string.Join(", ", tensor.Shape)}], [{string.Join(", ", shape)}] was expected.");
    }

    private static Dictionary<string, object> ReadMetadata(ref GgufReader reader, int count)
    {
        var metadata = new Dictionary<string, object>(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            string key = reader.String();
            if (!metadata.TryAdd(key, reader.Value(reader.UInt32())))
            {
                throw new InvalidDataException($"GGUF key {key} occurs twice.");
            }
        }

        return metadata;
    }

    private static uint Alignment(Dictionary<string, object> metadata)
    {
        if (!metadata.TryGetValue("general.alignment", out object? value))
        {
            return DefaultAlignment;
        }

        return value is uint alignment and > 0 and <= 1 << 16 && uint.IsPow2(alignment)
            ? alignment
            : throw new InvalidDataException($"GGUF alignment {value} is not a power of two up to 65536.");
    }

    private static (string Name, long[] Shape, bool IsHalf, ulong Offset) ReadTensorHeader(ref GgufReader reader)
    {
        string name = reader.String();
        uint dimensions = reader.UInt32();
        if (dimensions > MaxDimensions)
        {
            throw new InvalidDataException($"GGUF tensor {name} has {dimensions} dimensions, at most {MaxDimensions} exist.");
        }

        var shape = new long[dimensions];
        for (int d = shape.Length - 1; d >= 0; d--)
        {
            ulong size = reader.UInt64();
            shape[d] = size is > 0 and <= int.MaxValue
                ? (long)size
                : throw new InvalidDataException($"GGUF tensor {name} has a dimension of {size}.");
        }

        uint type = reader.UInt32();
        if (type is not (Float32 or Float16))
        {
            throw new InvalidDataException($"GGUF tensor {name} has element type {type}; only 32- and 16-bit floats are supported.");
        }

        return (name, shape, type == Float16, reader.UInt64());
    }

    private static GgufTensor Slice(
        ReadOnlyMemory<byte> file, long data, uint alignment, string name, long[] shape, bool isHalf, ulong offset)
    {
        UInt128 bytes = isHalf ? 2U : 4U;
        foreach (long size in shape)
        {
            // Four factors below 2^31 and the element size stay below 2^128.
            bytes *= (UInt128)size;
        }

        if (offset % alignment != 0)
        {
            throw new InvalidDataException($"GGUF tensor {name} begins at {offset}, which is not aligned to {alignment}.");
        }

        if ((UInt128)(ulong)data + offset + bytes > (UInt128)(ulong)file.Length)
        {
            throw new InvalidDataException($"GGUF tensor {name} reaches beyond the end of the file.");
        }

        return new GgufTensor(name, shape, isHalf, file.Slice((int)(data + (long)offset), (int)bytes));
    }
}
