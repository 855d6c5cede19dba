using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Contracts;

/// <summary>
/// Identity of an image: a version 5 UUID (RFC 9562, section 5.5) over collection, tenant and the SHA-256 of the bytes.
/// The same bytes uploaded twice into one collection are one image; in two collections, or for two tenants, they are two.
/// </summary>
public static class ImageIdentity
{
    private static readonly Guid Namespace = new("6f1d3b0e-6f0a-5a1c-9c55-7b1d9a1f2e30");

    /// <summary>The id of the image whose bytes hash to <paramref name="contentHash"/>.</summary>
    /// <param name="collection">A valid collection name.</param>
    /// <param name="tenant">A valid tenant name.</param>
    /// <param name="contentHash">Lower-case hexadecimal SHA-256 of the bytes, 64 characters.</param>
    public static Guid Create(string collection, string tenant, string contentHash)
    {
        ArgumentException.ThrowIfNullOrEmpty(collection);
        ArgumentException.ThrowIfNullOrEmpty(tenant);
        ArgumentOutOfRangeException.ThrowIfNotEqual(contentHash?.Length ?? 0, 64, nameof(contentHash));
        return CreateVersion5(Namespace, $"{collection}/{tenant}/{contentHash}");
    }

    /// <summary>Lower-case hexadecimal SHA-256 of <paramref name="content"/>.</summary>
    public static string HashContent(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>A version 5 (name-based, SHA-1) UUID.</summary>
    public static Guid CreateVersion5(Guid namespaceId, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var nameBytes = Encoding.UTF8.GetBytes(name);
        var input = new byte[16 + nameBytes.Length];
        namespaceId.TryWriteBytes(input, bigEndian: true, out _);
        nameBytes.CopyTo(input, 16);

#pragma warning disable CA5350 // RFC 9562 prescribes SHA-1 here; the id is a name, not a proof.
        Span<byte> digest = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(input, digest);
#pragma warning restore CA5350
        var version = BinaryPrimitives.ReadUInt16BigEndian(digest[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(digest[6..], (ushort)((version & 0x0FFF) | 0x5000));
        digest[8] = (byte)((digest[8] & 0x3F) | 0x80);
        return new Guid(digest[..16], bigEndian: true);
    }
}
