using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>
/// A point's vectors as one blob: version, then for each vector the ordinal of its space, its kind, its length (int32) and its
/// data, everything little-endian.
/// </summary>
internal static class VectorCodec
{
    private const byte Version = 1;
    private const byte Dense = 1;
    private const byte Code = 2;
    private const byte Sparse = 3;

    static VectorCodec()
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("The embedded index stores vectors as a little-endian machine has them in memory.");
        }
    }

    public static byte[] Encode(VectorValue?[] vectors)
    {
        var writer = new ArrayBufferWriter<byte>(256);
        writer.Write([Version]);
        for (var ordinal = 0; ordinal < vectors.Length; ordinal++)
        {
            switch (vectors[ordinal])
            {
                case DenseVector dense:
                    WriteHeader(writer, ordinal, Dense, dense.Values.Length);
                    writer.Write(MemoryMarshal.AsBytes(dense.Values.AsSpan()));
                    break;
                case BinaryCode code:
                    WriteHeader(writer, ordinal, Code, code.Bytes.Length);
                    writer.Write(code.Bytes);
                    break;
                case SparseVector sparse:
                    WriteHeader(writer, ordinal, Sparse, sparse.Indices.Length);
                    writer.Write(MemoryMarshal.AsBytes(sparse.Indices.AsSpan()));
                    writer.Write(MemoryMarshal.AsBytes(sparse.Values.AsSpan()));
                    break;
            }
        }

        return writer.WrittenSpan.ToArray();
    }

    /// <exception cref="InvalidDataException">The blob is not one of <see cref="Encode"/>'s for this schema.</exception>
    public static VectorValue?[] Decode(CollectionSchema schema, ReadOnlySpan<byte> blob)
    {
        var vectors = new VectorValue?[schema.Spaces.Count];
        if (blob.IsEmpty || blob[0] != Version)
        {
            throw new InvalidDataException("Stored vectors have an unknown version.");
        }

        for (blob = blob[1..]; !blob.IsEmpty;)
        {
            if (blob.Length < 6)
            {
                throw new InvalidDataException("Stored vectors are cut short.");
            }

            var (ordinal, kind, length) = (blob[0], blob[1], BinaryPrimitives.ReadInt32LittleEndian(blob[2..]));
            blob = blob[6..];
            long bytes = (long)length * kind switch { Dense => sizeof(float), Code => 1, Sparse => sizeof(uint) + sizeof(float), _ => 0 };
            if (ordinal >= vectors.Length || length < 0 || bytes > blob.Length)
            {
                throw new InvalidDataException("Stored vectors do not fit their collection's schema.");
            }

            var data = blob[..(int)bytes];
            vectors[ordinal] = (kind, schema.Spaces[ordinal]) switch
            {
                (Dense, DenseSpace space) when length == space.Dimensions => new DenseVector(Read<float>(data)),
                (Code, CodeSpace space) when length == space.ByteLength => new BinaryCode(data.ToArray()),
                (Sparse, SparseSpace) => new SparseVector(Read<uint>(data[..(length * 4)]), Read<float>(data[(length * 4)..])),
                _ => throw new InvalidDataException("Stored vectors do not fit their collection's schema."),
            };
            blob = blob[(int)bytes..];
        }

        return vectors;
    }

    private static void WriteHeader(ArrayBufferWriter<byte> writer, int ordinal, byte kind, int length)
    {
        var header = writer.GetSpan(6);
        header[0] = (byte)ordinal;
        header[1] = kind;
        BinaryPrimitives.WriteInt32LittleEndian(header[2..], length);
        writer.Advance(6);
    }

    private static T[] Read<T>(ReadOnlySpan<byte> data)
        where T : unmanaged
    {
        var values = new T[data.Length / Marshal.SizeOf<T>()];
        data.CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
