using System.Numerics;
using System.Runtime.InteropServices;

namespace Pipeline.Hashing;

/// <summary>Number of differing bits of two codes.</summary>
public static class HammingDistance
{
    /// <summary>Counts the bits in which two packed codes of one length differ.</summary>
    /// <exception cref="ArgumentException">The codes differ in length.</exception>
    public static int Between(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y)
    {
        if (x.Length != y.Length)
        {
            throw new ArgumentException($"Codes of {8 * x.Length} and {8 * y.Length} bits cannot be compared.", nameof(y));
        }

        ReadOnlySpan<ulong> xWords = MemoryMarshal.Cast<byte, ulong>(x);
        ReadOnlySpan<ulong> yWords = MemoryMarshal.Cast<byte, ulong>(y)[..xWords.Length];
        int distance = 0;
        for (int i = 0; i < xWords.Length; i++)
        {
            distance += BitOperations.PopCount(xWords[i] ^ yWords[i]);
        }

        for (int i = xWords.Length * sizeof(ulong); i < x.Length; i++)
        {
            distance += BitOperations.PopCount((uint)(x[i] ^ y[i]));
        }

        return distance;
    }
}
