using System.Numerics.Tensors;

namespace Pipeline.Learning.Gate;

/// <summary>How much of their space features use: a head that maps everything to one place has lost both.</summary>
/// <param name="Variance">The mean squared distance of the rows from their mean.</param>
/// <param name="EffectiveRank">
/// (tr C)²/tr C² of the covariance C: the number of directions that the variance is spread over (the participation ratio), 1 … dimensions;
/// 0 without variance.
/// </param>
public sealed record FeatureSpread(double Variance, double EffectiveRank)
{
    /// <summary>Rows that are looked at, evenly spread over all.</summary>
    private const int MaxRows = 512;

    /// <summary>Measures rows of one length.</summary>
    public static FeatureSpread Of(IReadOnlyList<float[]> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var count = Math.Min(rows.Count, MaxRows);
        if (count == 0)
        {
            return new FeatureSpread(0, 0);
        }

        float[][] centred = [.. Enumerable.Range(0, count).Select(i => rows[(int)((long)i * rows.Count / count)].ToArray())];
        var mean = new float[centred[0].Length];
        foreach (var row in centred)
        {
            TensorPrimitives.MultiplyAdd(row, 1f / count, mean, mean);
        }

        // tr C² = Σ_ij (xᵢ·xⱼ)²/n² by the Gram matrix, which is smaller than C where there are fewer rows than dimensions.
        double trace = 0, squares = 0;
        for (var i = 0; i < count; i++)
        {
            TensorPrimitives.Subtract(centred[i], mean, centred[i]);
            var own = (double)TensorPrimitives.Dot<float>(centred[i], centred[i]);
            trace += own;
            squares += own * own;
            for (var j = 0; j < i; j++)
            {
                var product = (double)TensorPrimitives.Dot<float>(centred[i], centred[j]);
                squares += 2 * product * product;
            }
        }

        return new FeatureSpread(trace / count, squares > 0 ? trace * trace / squares : 0);
    }
}
