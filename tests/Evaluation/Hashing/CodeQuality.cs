using Pipeline.Evaluation;
using Pipeline.Hashing;
using Pipeline.Hashing.Learning;

namespace Pipeline.Tests.Evaluation.Hashing;

/// <summary>
/// How well the order by Hamming distance finds what is relevant. Ties are not broken: each figure is the expected value over all orders of
/// equally distant rows (<see cref="TieAwareMetrics"/>). Average precision is divided by the number of relevant rows.
/// </summary>
/// <param name="PAt500">Precision among the first 500.</param>
/// <param name="Map">Mean average precision over the whole ranking.</param>
/// <param name="RecallAt">Share of the relevant among the first <see cref="Cutoffs"/>.</param>
internal sealed record CodeQuality(double PAt500, double Map, IReadOnlyList<double> RecallAt)
{
    public static IReadOnlyList<int> Cutoffs { get; } = [1, 10, 50, 100, 200, 500, 1000, 2000, 5000];

    public static CodeQuality Measure(IHashFunction function, VectorSet set)
    {
        var codes = Encode(function, set.Base);
        var queries = Encode(function, set.Queries);
        return Measure(set, (query, row) => HammingDistance.Between(queries[query], codes[row]), function.Bits);
    }

    /// <param name="set">The set.</param>
    /// <param name="distance">Distance of a query and a row of the base.</param>
    /// <param name="most">The largest distance.</param>
    private static CodeQuality Measure(VectorSet set, Func<int, int, int> distance, int most)
    {
        var precision = new double[set.Queries.Count];
        var average = new double[set.Queries.Count];
        var recall = new double[set.Queries.Count][];
        Parallel.For(0, set.Queries.Count, query =>
        {
            var n = set.Base.Count;
            var distances = new int[n];
            var starts = new int[most + 2];
            for (var row = 0; row < n; row++)
            {
                distances[row] = distance(query, row);
                starts[distances[row] + 1]++;
            }

            for (var d = 0; d <= most; d++)
            {
                starts[d + 1] += starts[d];
            }

            var scores = new double[n];
            var relevant = new bool[n];
            for (var row = 0; row < n; row++)
            {
                var place = starts[distances[row]]++;
                scores[place] = distances[row];
                relevant[place] = set.Relevant[query].Contains(row);
            }

            var total = set.Relevant[query].Count;
            precision[query] = TieAwareMetrics.PrecisionAt(scores, relevant, 500);
            average[query] = TieAwareMetrics.AveragePrecision(scores, relevant, total);
            recall[query] = [.. Cutoffs.Select(k => TieAwareMetrics.PrecisionAt(scores, relevant, k) * k / total)];
        });
        return new CodeQuality(
            precision.Average(), average.Average(), [.. Cutoffs.Select((_, k) => recall.Average(ofQuery => ofQuery[k]))]);
    }

    private static byte[][] Encode(IHashFunction function, FeatureRows rows)
    {
        var codes = new byte[rows.Count][];
        Parallel.For(0, codes.Length, row =>
        {
            codes[row] = new byte[function.Bits / 8];
            function.Encode(rows[row], codes[row]);
        });
        return codes;
    }
}
