using Pipeline.Neighbours;

namespace Pipeline.Tests.Unit.Neighbours;

/// <summary>Random unit vectors; coarse ones have few distinct values, so that many similarities are equal.</summary>
internal static class RandomRows
{
    public static float[][] Dense(int seed, int count, int dimensions, bool coarse = false)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Unit([.. Enumerable.Range(0, dimensions).Select(_ =>
            coarse ? random.Next(2) : (float)random.NextDouble())]))];
    }

    /// <summary>Rows that lie far apart, and behind them a cluster, which lies nearer to many of them than they to each other.</summary>
    public static float[][] OutliersAndCluster(int seed, int outliers, int clustered, int dimensions)
    {
        var random = new Random(seed);
        var far = Dense(seed, outliers, dimensions);
        return
        [
            .. far,
            .. Enumerable.Range(0, clustered).Select(_ => Unit([.. Enumerable.Range(0, dimensions).Select(_ => 1 + (float)random.NextDouble())])),
        ];
    }

    public static SparseRow[] Sparse(int seed, int count, int dimensions, int entries, bool coarse = false)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var row = new float[dimensions];
            for (var i = 0; i < entries; i++)
            {
                row[random.Next(dimensions)] = coarse ? 1 : 0.1f + (float)random.NextDouble();
            }

            return SparseRow.FromDense(Unit(row));
        })];
    }

    public static float Dot(SparseRow a, SparseRow b)
    {
        var values = b.Indices.Zip(b.Values).ToDictionary(entry => entry.First, entry => entry.Second);
        float sum = 0;
        for (var i = 0; i < a.Count; i++)
        {
            sum += values.TryGetValue(a.Indices[i], out var value) ? a.Values[i] * value : 0;
        }

        return sum;
    }

    private static float[] Unit(float[] row)
    {
        row[0] += row.All(value => value == 0) ? 1 : 0;
        var length = MathF.Sqrt(row.Sum(value => value * value));
        return [.. row.Select(value => value / length)];
    }
}
