using Pipeline.Hashing;
using Pipeline.Hashing.Learning;

namespace Pipeline.Tests.Unit.Hashing.Learning;

internal static class LearningFixture
{
    /// <summary>Clusters of unequal width in a space of few dimensions.</summary>
    public static FeatureRows Clusters(int count, int dimensions, ulong seed = 3)
    {
        var random = new SplitMix64(seed);
        var values = new float[count * dimensions];
        for (int row = 0; row < count; row++)
        {
            var centre = new SplitMix64((ulong)random.Below(12));
            for (int d = 0; d < dimensions; d++)
            {
                values[(row * dimensions) + d] = (float)((centre.NextGaussian() + (0.5 * random.NextGaussian())) / (1 + (0.2 * d)));
            }
        }

        return new FeatureRows(values, dimensions);
    }

    public static byte[] Code(IHashFunction function, ReadOnlySpan<float> row)
    {
        var code = new byte[function.Bits / 8];
        function.Encode(row, code);
        return code;
    }

    public static byte[][] Codes(IHashFunction function, FeatureRows rows) =>
        [.. Enumerable.Range(0, rows.Count).Select(row => Code(function, rows[row]))];

    /// <summary>Correlation of Hamming and Euclidean distances over pairs of consecutive rows.</summary>
    public static double Correlation(IHashFunction function, FeatureRows rows)
    {
        byte[][] codes = Codes(function, rows);
        (double Hamming, double Euclidean)[] pairs =
        [
            .. from row in Enumerable.Range(0, rows.Count - 7)
               from step in Enumerable.Range(1, 6)
               select ((double)HammingDistance.Between(codes[row], codes[row + step]),
                   Math.Sqrt(rows[row].ToArray().Zip(rows[row + step].ToArray(), (x, y) => (x - y) * (x - y)).Sum())),
        ];
        double h = pairs.Average(pair => pair.Hamming), d = pairs.Average(pair => pair.Euclidean);
        return pairs.Sum(pair => (pair.Hamming - h) * (pair.Euclidean - d))
            / Math.Sqrt(pairs.Sum(pair => (pair.Hamming - h) * (pair.Hamming - h)) * pairs.Sum(pair => (pair.Euclidean - d) * (pair.Euclidean - d)));
    }
}
