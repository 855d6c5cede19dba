namespace Pipeline.Hashing.Learning;

/// <summary>Tells how well codes rank a sample of the rows: whether each one's nearest by feature, or those of
/// its label, come first. (Ours.)</summary>
internal sealed class RankingCheck
{
    private const int Queries = 500;
    private readonly int[] _queries;
    private readonly int[][] _nearest;

    public RankingCheck(RowMatrix features, RowLabels? labels, SplitMix64 random)
    {
        _queries = random.Sample(features.Rows, Queries);
        _nearest = NearestRows.Of(features, _queries, NearestRows.Count(features.Rows, 200, 100));
        for (int i = 0; labels is not null && i < _queries.Length; i++)
        {
            _nearest[i] = labels.Relevant(_queries[i]) ?? _nearest[i];
        }
    }

    /// <summary>
    /// Mean average precision, expected over all orders of equally distant rows: of a group of n rows with r near ones
    /// after t rows with R near ones, the i-th adds r/n·(R + 1 + (i − 1)(r − 1)/(n − 1))/(t + i).
    /// </summary>
    public double MeanAveragePrecision(RowCodes codes)
    {
        int bits = codes.Values.Columns;
        var averages = new double[_queries.Length];
        Parallel.For(0, _queries.Length, q =>
        {
            Span<int> all = stackalloc int[bits + 1], near = stackalloc int[bits + 1];
            int rows = codes.Values.Rows, query = _queries[q];
            for (int row = 0; row < rows; row++)
            {
                all[codes.Distance(query, row)]++;
            }

            // The query itself is no answer.
            all[0]--;
            foreach (int row in _nearest[q])
            {
                near[codes.Distance(query, row)]++;
            }

            double sum = 0;
            for (int distance = 0, before = 0, found = 0; distance <= bits && found < _nearest[q].Length; distance++)
            {
                int n = all[distance], r = near[distance];
                double others = n > 1 ? (r - 1.0) / (n - 1) : 0;
                for (int i = 1; r > 0 && i <= n; i++)
                {
                    sum += (double)r / n * (found + 1 + ((i - 1) * others)) / (before + i);
                }

                before += n;
                found += r;
            }

            averages[q] = sum / _nearest[q].Length;
        });
        return averages.Average();
    }
}
