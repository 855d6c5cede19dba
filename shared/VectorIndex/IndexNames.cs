using System.Buffers;

namespace Pipeline.VectorIndex;

/// <summary>The rule for names of an index's collections and aliases: what every index can keep.</summary>
internal static class IndexNames
{
    private const int MaxLength = 255;

    private static readonly SearchValues<char> Forbidden = SearchValues.Create("/\\:*?\"<>|");

    /// <exception cref="ArgumentException">The name does not obey the rule.</exception>
    public static void ThrowIfBad(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > MaxLength || name is "." or ".." || name.AsSpan().ContainsAny(Forbidden) || name.Any(char.IsControl))
        {
            throw new ArgumentException($"'{name}' is no name for a collection.");
        }
    }
}
