using System.Security.Cryptography;

namespace Pipeline.Onnx;

/// <summary>Artifacts are loaded only by their recorded hash, and versioned by it.</summary>
public static class ModelFiles
{
    /// <summary>SHA-256 of an artifact as 64 lower-case hexadecimal digits.</summary>
    public static string Sha256(ReadOnlySpan<byte> artifact) => Convert.ToHexStringLower(SHA256.HashData(artifact));

    /// <summary>An artifact's version: <paramref name="prefix"/>, a hyphen, the first 12 digits of its SHA-256.</summary>
    public static string Version(string prefix, ReadOnlySpan<byte> artifact)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        return $"{prefix}-{Sha256(artifact).AsSpan(0, 12)}";
    }

    /// <summary>Throws unless the artifact has the expected hash.</summary>
    /// <param name="artifact">The bytes.</param>
    /// <param name="expectedSha256">64 hexadecimal digits, in either case.</param>
    /// <param name="name">What the artifact is called in the message.</param>
    /// <exception cref="InvalidDataException">The hash differs: the artifact is damaged or is another one.</exception>
    public static void Verify(ReadOnlySpan<byte> artifact, string expectedSha256, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(expectedSha256);
        string actual = Sha256(artifact);
        if (!actual.Equals(expectedSha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException($"{name} has SHA-256 {actual}, {expectedSha256} was expected.");
        }
    }

    /// <summary>Reads a file and verifies it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expectedSha256">Its hash; null accepts any content.</param>
    /// <exception cref="InvalidDataException">The hash differs.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static byte[] ReadVerified(string path, string? expectedSha256)
    {
        byte[] artifact = File.ReadAllBytes(path);
        if (expectedSha256 is not null)
        {
            Verify(artifact, expectedSha256, path);
        }

        return artifact;
    }
}
