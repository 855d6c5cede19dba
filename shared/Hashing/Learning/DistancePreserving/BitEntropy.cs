namespace Pipeline.Hashing.Learning;

/// <summary>The term −γ·mean_k H(q_k) that asks for evenly used bits, q_k the batch mean of output k. (Ours.)</summary>
internal static class BitEntropy
{
    /// <summary>Means are kept this far from 0 and 1, where the slope has no bound.</summary>
    public const float Least = 1e-6f;

    /// <summary>The term's slope in each row's outputs, times the number of rows: γ/L·log(q_k/(1 − q_k)).</summary>
    /// <param name="outputs">Outputs of the batch's parts and how many rows of each count.</param>
    /// <param name="gamma">γ.</param>
    /// <returns>One for each bit.</returns>
    public static float[] Slope(ReadOnlySpan<(RowMatrix Outputs, int Rows)> outputs, double gamma)
    {
        var sums = new double[outputs[0].Outputs.Columns];
        int rows = 0;
        foreach ((RowMatrix part, int count) in outputs)
        {
            rows += count;
            for (int row = 0; row < count; row++)
            {
                ReadOnlySpan<float> values = part[row];
                for (int bit = 0; bit < sums.Length; bit++)
                {
                    sums[bit] += values[bit];
                }
            }
        }

        var slope = new float[sums.Length];
        for (int bit = 0; bit < slope.Length; bit++)
        {
            double mean = Math.Clamp(sums[bit] / rows, Least, 1 - Least);
            slope[bit] = (float)(gamma / slope.Length * Log(mean / (1 - mean)));
        }

        return slope;
    }

    /// <summary>
    /// The natural logarithm by additions, products and quotients alone, equal on every processor: x = 2^e·m, and log m is
    /// twice the area hyperbolic tangent of (m − 1)/(m + 1), by its series.
    /// </summary>
    private static double Log(double x)
    {
        int exponent = Math.ILogB(x);
        double m = Math.ScaleB(x, -exponent), z = (m - 1) / (m + 1), square = z * z, sum = 0;
        for (int odd = 33; odd >= 1; odd -= 2)
        {
            sum = (sum * square) + (1.0 / odd);
        }

        return (exponent * 0.693147180559945309) + (2 * z * sum);
    }
}
