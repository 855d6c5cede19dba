using System.Buffers.Binary;

namespace Pipeline.ModelUpdating.Evidence;

/// <summary>64 bits that stand for two images, in either order. Image ids are hashes themselves, so that mixing them is enough.</summary>
internal static class PairHash
{
    public static ulong Of(Guid first, Guid second)
    {
        var (a, b) = first.CompareTo(second) < 0 ? (first, second) : (second, first);
        Span<byte> bytes = stackalloc byte[32];
        a.TryWriteBytes(bytes);
        b.TryWriteBytes(bytes[16..]);
        var hash = 0xCBF29CE484222325UL;
        for (var at = 0; at < bytes.Length; at += sizeof(ulong))
        {
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..])) * 0x9E3779B97F4A7C15UL;
            hash ^= hash >> 29;
        }

        return hash;
    }
}
