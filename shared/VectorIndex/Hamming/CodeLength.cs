using System.Runtime.CompilerServices;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>Checks lengths of codes.</summary>
internal static class CodeLength
{
    /// <exception cref="ArgumentException">The number of bits cannot be.</exception>
    public static void ThrowIfBad(int bits, [CallerArgumentExpression(nameof(bits))] string? name = null)
    {
        if (bits is < 8 or > CollectionSchema.MaxLength || bits % 8 != 0)
        {
            throw new ArgumentException($"{bits} bits: a multiple of 8 up to {CollectionSchema.MaxLength} is needed.", name);
        }
    }

    /// <exception cref="ArgumentException">So many bytes are no code of so many bits.</exception>
    public static void ThrowIfNot(int bits, int bytes)
    {
        if (bytes != bits / 8)
        {
            throw new ArgumentException($"{bytes} bytes are no code of {bits} bits.");
        }
    }
}
