using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Pipeline.Onnx;

/// <summary>What the backbone gives for one image.</summary>
/// <remarks>
/// Stored form, little-endian: magic <c>CNNF</c>, uint16 version 1, uint16 rank of the trunk (0: none), int32 length of
/// the embedding, int32 × rank the trunk's shape, the embedding as float32, the trunk as float16. The embedding comes
/// first, so that the many readers that need it alone read no further.
/// </remarks>
public sealed class CnnFeatures
{
    private const uint Magic = 0x464E4E43;
    private const ushort FormatVersion = 1;
    private const int FixedHeader = 12;
    private const int MaxRank = 4;
    private const int MaxLength = 1 << 26;

    /// <summary>Makes the features of one image.</summary>
    /// <param name="embedding">Finite values, L2-normalised (or all zero).</param>
    /// <param name="trunk">The trunk's activation in row-major order, or empty.</param>
    /// <param name="trunkShape">Its shape without the batch, or empty.</param>
    /// <exception cref="ArgumentException">The trunk does not fill its shape.</exception>
    public CnnFeatures(ReadOnlyMemory<float> embedding, ReadOnlyMemory<Half> trunk, int[] trunkShape)
    {
        ArgumentNullException.ThrowIfNull(trunkShape);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(trunkShape.Length, MaxRank, nameof(trunkShape));
        long expected = trunkShape.Length == 0 ? 0 : trunkShape.Aggregate(1L, (product, size) => product * size);
        if (expected != trunk.Length)
        {
            throw new ArgumentException($"{trunk.Length} values do not fill [{string.Join(", ", trunkShape)}].", nameof(trunk));
        }

        Embedding = embedding;
        Trunk = trunk;
        TrunkShape = trunkShape;
    }

    /// <summary>The embedding, L2-normalised; all zero where the network gave zero.</summary>
    public ReadOnlyMemory<float> Embedding { get; }

    /// <summary>The trunk's activation, row-major, in half precision; empty where the backbone keeps none.</summary>
    public ReadOnlyMemory<Half> Trunk { get; }

    /// <summary>Shape of <see cref="Trunk"/> without the batch, such as [96, 7, 7]; empty where there is none.</summary>
    public int[] TrunkShape { get; }

    /// <summary>The stored form.</summary>
    public byte[] Serialize()
    {
        int header = FixedHeader + (TrunkShape.Length * sizeof(int));
        int trunkAt = header + (Embedding.Length * sizeof(float));
        var bytes = new byte[trunkAt + (Trunk.Length * 2)];
        Span<byte> span = bytes;
        BinaryPrimitives.WriteUInt32LittleEndian(span, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(span[4..], FormatVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(span[6..], (ushort)TrunkShape.Length);
        BinaryPrimitives.WriteInt32LittleEndian(span[8..], Embedding.Length);
        for (int d = 0; d < TrunkShape.Length; d++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(span[(FixedHeader + (d * sizeof(int)))..], TrunkShape[d]);
        }

        // ONNX Runtime exists for little-endian machines only, so the layout in memory is the stored one.
        MemoryMarshal.AsBytes(Embedding.Span).CopyTo(span[header..]);
        MemoryMarshal.AsBytes(Trunk.Span).CopyTo(span[trunkAt..]);
        return bytes;
    }

    /// <summary>Reads the stored form.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged, cut short, too long or of another version.</exception>
    public static CnnFeatures Parse(ReadOnlySpan<byte> bytes)
    {
        (int embeddingLength, int[] shape) = ReadHeader(bytes);
        int header = FixedHeader + (shape.Length * sizeof(int));
        float[] embedding = ReadFloats(bytes, header, embeddingLength);
        var trunk = new Half[shape.Length == 0 ? 0 : shape.Aggregate(1, (product, size) => product * size)];
        bytes[(header + (embeddingLength * sizeof(float)))..].CopyTo(MemoryMarshal.AsBytes(trunk.AsSpan()));
        return new CnnFeatures(embedding, trunk, shape);
    }

    /// <summary>Reads the embedding alone; the trunk is neither copied nor converted.</summary>
    /// <param name="bytes">The whole stored form.</param>
    /// <exception cref="InvalidDataException">The bytes are damaged, cut short, too long or of another version.</exception>
    public static float[] ReadEmbedding(ReadOnlySpan<byte> bytes)
    {
        (int embeddingLength, int[] shape) = ReadHeader(bytes);
        return ReadFloats(bytes, FixedHeader + (shape.Length * sizeof(int)), embeddingLength);
    }

    /// <summary>Scales a vector to length 1 in place; a zero vector stays zero.</summary>
    /// <exception cref="InvalidDataException">A value is not finite.</exception>
    internal static void Normalise(Span<float> vector)
    {
        double squares = 0;
        foreach (float value in vector)
        {
            squares += (double)value * value;
        }

        if (!double.IsFinite(squares))
        {
            throw new InvalidDataException("The network gave an embedding that is not finite.");
        }

        if (squares > 0)
        {
            TensorPrimitives.Multiply(vector, (float)(1 / Math.Sqrt(squares)), vector);
        }
    }

    private static (int EmbeddingLength, int[] TrunkShape) ReadHeader(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FixedHeader || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
        {
            throw new InvalidDataException("These are no CNN features.");
        }

        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        if (version != FormatVersion)
        {
            throw new InvalidDataException($"CNN features of format version {version} are not supported.");
        }

        int rank = BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]);
        int embedding = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (rank > MaxRank || embedding is < 1 or > MaxLength || bytes.Length < FixedHeader + (rank * sizeof(int)))
        {
            throw new InvalidDataException("The header of the CNN features is damaged.");
        }

        var shape = new int[rank];
        long trunk = rank == 0 ? 0 : 1;
        for (int d = 0; d < rank; d++)
        {
            shape[d] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(FixedHeader + (d * sizeof(int)))..]);
            trunk *= shape[d];
            if (shape[d] < 1 || trunk > MaxLength)
            {
                throw new InvalidDataException("The header of the CNN features is damaged.");
            }
        }

        long expected = FixedHeader + (rank * sizeof(int)) + ((long)embedding * sizeof(float)) + (trunk * 2);
        return bytes.Length == expected
            ? (embedding, shape)
            : throw new InvalidDataException($"CNN features of {bytes.Length} bytes, {expected} were expected.");
    }

    private static float[] ReadFloats(ReadOnlySpan<byte> bytes, int offset, int count)
    {
        float[] values = MemoryMarshal.Cast<byte, float>(bytes.Slice(offset, count * sizeof(float))).ToArray();
        return TensorPrimitives.IsFiniteAll<float>(values)
            ? values
            : throw new InvalidDataException("The embedding holds a value that is not finite.");
    }
}
