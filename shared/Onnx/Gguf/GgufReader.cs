using System.Buffers.Binary;
using System.Text;

namespace Pipeline.Onnx.Gguf;

/// <summary>Reads the primitive values of a GGUF header and never beyond its end.</summary>
internal ref struct GgufReader(ReadOnlySpan<byte> file)
{
    private const int MaxNesting = 4;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly ReadOnlySpan<byte> _file = file;

    public int Position { get; private set; }

    private readonly int Remaining => _file.Length - Position;

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > Remaining)
        {
            throw new InvalidDataException($"The GGUF file ends at byte {_file.Length}, within its header.");
        }

        ReadOnlySpan<byte> bytes = _file.Slice(Position, count);
        Position += count;
        return bytes;
    }

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8));

    /// <summary>A 64-bit count of things that take at least so many bytes each of what is left.</summary>
    public int Count(int leastBytesEach)
    {
        ulong count = UInt64();
        return count <= (ulong)(Remaining / leastBytesEach)
            ? (int)count
            : throw new InvalidDataException($"The GGUF file states {count} entries, more than it has room for.");
    }

    public string String()
    {
        ReadOnlySpan<byte> bytes = Bytes(Count(leastBytesEach: 1));
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidDataException("A GGUF string is not UTF-8.", exception);
        }
    }

    public object Value(uint type, int nesting = 0) => type switch
    {
        0 => Bytes(1)[0],
        1 => (sbyte)Bytes(1)[0],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2)),
        3 => BinaryPrimitives.ReadInt16LittleEndian(Bytes(2)),
        4 => UInt32(),
        5 => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4)),
        6 => BinaryPrimitives.ReadSingleLittleEndian(Bytes(4)),
        7 => Boolean(),
        8 => String(),
        9 => Array(nesting),
        10 => UInt64(),
        11 => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8)),
        12 => BinaryPrimitives.ReadDoubleLittleEndian(Bytes(8)),
        _ => throw new InvalidDataException($"GGUF value type {type} does not exist."),
    };

    private bool Boolean() => Bytes(1)[0] switch
    {
        0 => false,
        1 => true,
        byte other => throw new InvalidDataException($"A GGUF boolean is {other}."),
    };

    private object[] Array(int nesting)
    {
        if (nesting >= MaxNesting)
        {
            throw new InvalidDataException($"GGUF arrays are nested deeper than {MaxNesting}.");
        }

        uint elementType = UInt32();
        var values = new object[Count(leastBytesEach: 1)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Value(elementType, nesting + 1);
        }

        return values;
    }
}
