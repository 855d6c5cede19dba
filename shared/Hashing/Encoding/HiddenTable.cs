namespace Pipeline.Hashing;

/// <summary>
/// The hidden activation 1.7159·tanh(⅔·x) at multiples of 2⁻¹² from −<see cref="Range"/> to <see cref="Range"/>, as
/// integers that single precision holds.
/// </summary>
internal static class HiddenTable
{
    /// <summary>The table's half width in x.</summary>
    public const double Range = 8;

    /// <summary>Entries for each unit of x.</summary>
    public const double StepsInOne = 4096;

    /// <summary>Steps of the outputs' grid in 1.</summary>
    public const double Scale = 1 << 22;

    /// <summary>Index of the last entry.</summary>
    public const double Last = 2 * Range * StepsInOne;

    /// <summary>An upper bound of the integers' magnitude.</summary>
    public const double Most = 1 << 23;

    private static readonly float[] Entries = Make();

    /// <summary>The integers, from the least x on.</summary>
    public static ReadOnlySpan<float> Values => Entries;

    private static float[] Make()
    {
        var entries = new float[(int)Last + 1];
        for (int i = 0; i < entries.Length; i++)
        {
            double x = (i / StepsInOne) - Range;
            entries[i] = (float)Math.Round(1.7159 * Tanh(x * 2 / 3) * Scale);
        }

        return entries;
    }

    /// <summary>
    /// The hyperbolic tangent by additions, products and quotients alone, whose results do not depend on a mathematics
    /// library: Lambert's continued fraction at x/16, then four times the formula for the doubled argument.
    /// </summary>
    private static double Tanh(double x)
    {
        double small = x / 16, square = small * small, fraction = 0;
        for (int odd = 21; odd > 1; odd -= 2)
        {
            fraction = square / (odd + fraction);
        }

        double tanh = small / (1 + fraction);
        for (int i = 0; i < 4; i++)
        {
            tanh = 2 * tanh / (1 + (tanh * tanh));
        }

        return tanh;
    }
}
