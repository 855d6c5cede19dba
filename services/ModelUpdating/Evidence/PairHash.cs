using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Pipeline.Storage;

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

    /// <summary>Stored pairs in ascending order; none where nothing is stored.</summary>
    public static async Task<ulong[]> ReadAsync(IBlobStore blobs, string key, CancellationToken ct) =>
        MemoryMarshal.Cast<byte, ulong>(await blobs.TryReadAsync(key, ct) ?? []).ToArray();

    /// <summary>Stores pairs, which it sorts in place.</summary>
    public static Task StoreAsync(IBlobStore blobs, string key, ulong[] hashes, CancellationToken ct)
    {
        Array.Sort(hashes);
        return blobs.PutAsync(key, MemoryMarshal.AsBytes(hashes.AsSpan()).ToArray(), ct);
    }
}
