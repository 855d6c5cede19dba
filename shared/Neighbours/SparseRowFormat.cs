using System.Buffers.Binary;

namespace Pipeline.Neighbours;

/// <summary>
/// How a sparse vector is stored: <c>RSPV</c>, uint16 format version 1, uint16 0, int32 number of entries; then uint32 the index of
/// each entry, strictly ascending; then float32 the value of each. All numbers little-endian.
/// </summary>
public static class SparseRowFormat
{
    private const uint Magic = 0x56505352;
    private const ushort FormatVersion = 1;
    private const int HeaderSize = 12;

    /// <summary>Writes.</summary>
    public static byte[] Serialize(SparseRow row)
    {
        var bytes = new byte[HeaderSize + (row.Count * SparseRow.EntryBytes)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), row.Count);
        var values = HeaderSize + (row.Count * sizeof(uint));
        for (var i = 0; i < row.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(HeaderSize + (i * sizeof(uint))), row.Indices[i]);
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(values + (i * sizeof(float))), row.Values[i]);
        }

        return bytes;
    }

    /// <summary>Reads what <see cref="Serialize"/> wrote.</summary>
    /// <param name="bytes">All of it, and nothing behind.</param>
    /// <exception cref="InvalidDataException">The bytes are something else, of an unknown version, cut off or out of order.</exception>
    public static SparseRow Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
        {
            throw new InvalidDataException("This is no sparse vector.");
        }

        var version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]);
        if (version != FormatVersion || BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]) != 0)
        {
            throw new InvalidDataException($"A sparse vector of format {version}; {FormatVersion} is read.");
        }

        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (count < 0 || bytes.Length != HeaderSize + ((long)count * SparseRow.EntryBytes))
        {
            throw new InvalidDataException($"A sparse vector of {count} entries cannot have {bytes.Length} bytes.");
        }

        var (indices, values) = (new uint[count], new float[count]);
        for (var i = 0; i < count; i++)
        {
            indices[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(HeaderSize + (i * sizeof(uint)))..]);
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(HeaderSize + (count * sizeof(uint)) + (i * sizeof(float)))..]);
            if (!float.IsFinite(values[i]) || (i > 0 && indices[i] <= indices[i - 1]))
            {
                throw new InvalidDataException($"A sparse vector whose entry {i} is out of order or no number.");
            }
        }

        return new SparseRow(indices, values);
    }
}
