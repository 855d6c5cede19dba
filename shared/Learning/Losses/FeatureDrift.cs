namespace Pipeline.Learning.Losses;

/// <summary>
/// How far a step of learning moved features: the present ones are told from those before by f_before ≈ f + r∘f with r in [Low, High],
/// elementwise. So one model and some numbers stand for all models that came before it (Chen et al., 2022).
/// </summary>
/// <param name="Low">Below it lie one in twenty of the changes.</param>
/// <param name="High">Above it lie one in twenty.</param>
public sealed record FeatureDrift(double Low, double High)
{
    private const double Tail = 0.05;

    /// <summary>Smaller values say more about rounding than about a change.</summary>
    private const float LeastValue = 1e-4f;

    /// <summary>Measures the drift between two models' features of the same images.</summary>
    /// <param name="before">Rows of the earlier model.</param>
    /// <param name="now">Rows of the later one.</param>
    /// <exception cref="ArgumentException">The rows do not match, or hold nothing to measure by.</exception>
    public static FeatureDrift Between(IReadOnlyList<float[]> before, IReadOnlyList<float[]> now)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(now);
        if (before.Count != now.Count)
        {
            throw new ArgumentException($"{before.Count} and {now.Count} rows do not match.", nameof(now));
        }

        double[] changes =
        [
            .. before.Zip(now).SelectMany(rows => rows.First.Zip(rows.Second))
                .Where(pair => Math.Abs(pair.Second) >= LeastValue).Select(pair => (pair.First - pair.Second) / (double)pair.Second).Order(),
        ];
        return changes.Length > 0
            ? new FeatureDrift(changes[(int)(Tail * (changes.Length - 1))], changes[(int)((1 - Tail) * (changes.Length - 1))])
            : throw new ArgumentException("All values are too small to measure a change by.", nameof(now));
    }

    /// <summary>Draws what the earlier model may have given, brought to length 1.</summary>
    /// <param name="row">The later model's feature.</param>
    /// <param name="random">Draws r.</param>
    /// <param name="estimate">Where it is written; as long as the row.</param>
    public void Estimate(ReadOnlySpan<float> row, Random random, Span<float> estimate)
    {
        ArgumentNullException.ThrowIfNull(random);
        var squares = 0.0;
        for (var d = 0; d < row.Length; d++)
        {
            estimate[d] = (float)(row[d] * (1 + Low + ((High - Low) * random.NextDouble())));
            squares += (double)estimate[d] * estimate[d];
        }

        var scale = (float)(1 / Math.Sqrt(Math.Max(squares, 1e-12)));
        foreach (ref var value in estimate)
        {
            value *= scale;
        }
    }
}
