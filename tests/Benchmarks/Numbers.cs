using System.Globalization;

namespace Pipeline.Tests.Benchmarks;

/// <summary>Reads numbers of a command line.</summary>
internal static class Numbers
{
    public static int Positive(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0
        ? n
        : throw new ArgumentException($"'{text}' is no positive number.");
}
