using System.Buffers.Binary;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>A neighbour list as a blob: for each entry the id (16 bytes, big-endian) and the score (double, little-endian), best first.</summary>
internal static class ListCodec
{
    public const int EntryBytes = 24;

    public static void Write(Span<byte> entry, Guid id, double score)
    {
        id.TryWriteBytes(entry, bigEndian: true, out _);
        BinaryPrimitives.WriteDoubleLittleEndian(entry[16..], score);
    }

    public static (Guid Id, double Score) Read(ReadOnlySpan<byte> entry) =>
        (new Guid(entry[..16], bigEndian: true), BinaryPrimitives.ReadDoubleLittleEndian(entry[16..]));
}
