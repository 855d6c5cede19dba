using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Pipeline.Hashing.Learning;

/// <summary>The directions of most variance of rows, and the rows' coordinates along them.</summary>
internal sealed class PrincipalComponents
{
    // Variance below this share of the largest is rounding: features are single precision.
    private const double LeastShare = 1e-9;

    private PrincipalComponents(double[] mean, double[] axes, double[] variances, RowMatrix centred)
    {
        (Mean, Axes, Variances) = (mean, axes, variances);
        var columns = new RowMatrix(mean.Length, Count);
        for (int axis = 0; axis < Count; axis++)
        {
            for (int d = 0; d < mean.Length; d++)
            {
                columns[d][axis] = (float)axes[(axis * mean.Length) + d];
            }
        }

        Projected = centred.Times(columns);
    }

    /// <summary>The rows' mean, d values.</summary>
    public double[] Mean { get; }

    /// <summary>Row-major [Count, d], orthonormal, by falling variance.</summary>
    public double[] Axes { get; }

    /// <summary>The variance along each axis, above 0.</summary>
    public double[] Variances { get; }

    /// <summary>Number of axes.</summary>
    public int Count => Variances.Length;

    /// <summary>Centred rows in coordinates of the axes [n, Count].</summary>
    public RowMatrix Projected { get; }

    /// <summary>Finds them.</summary>
    /// <param name="rows">At least two different rows.</param>
    /// <param name="most">How many to find; fewer are found if the rows vary in fewer directions.</param>
    /// <exception cref="TrainingDataException">The rows do not vary measurably.</exception>
    public static PrincipalComponents Of(FeatureRows rows, int most)
    {
        double[] mean = TrainingRows.Mean(rows);
        RowMatrix centred = TrainingRows.Centred(rows, mean);
        int d = rows.Dimensions;
        double[] covariance = centred.TransposeTimes(centred);
        for (int i = 0; i < covariance.Length; i++)
        {
            covariance[i] /= rows.Count;
        }

        Evd<double> evd = new DenseMatrix(d, d, covariance).Evd(Symmetricity.Symmetric);
        double largest = evd.EigenValues[d - 1].Real;
        if (!(largest > 0))
        {
            throw new TrainingDataException("The features do not vary: there is nothing to learn from them.");
        }

        int count = 0;
        while (count < Math.Min(most, d) && evd.EigenValues[d - 1 - count].Real > LeastShare * largest)
        {
            count++;
        }

        var axes = new double[count * d];
        var variances = new double[count];
        for (int axis = 0; axis < count; axis++)
        {
            variances[axis] = evd.EigenValues[d - 1 - axis].Real;
            for (int i = 0; i < d; i++)
            {
                axes[(axis * d) + i] = evd.EigenVectors[i, d - 1 - axis];
            }
        }

        return new PrincipalComponents(mean, axes, variances, centred);
    }

    /// <summary>Hyperplanes in coordinates of the axes as hyperplanes of the features.</summary>
    /// <param name="weights">Row-major [bits, Count].</param>
    /// <returns>Row-major [bits, d].</returns>
    public double[] ToFeatureSpace(ReadOnlySpan<double> weights)
    {
        int d = Mean.Length, bits = weights.Length / Count;
        var result = new double[bits * d];
        for (int bit = 0; bit < bits; bit++)
        {
            Span<double> to = result.AsSpan(bit * d, d);
            for (int axis = 0; axis < Count; axis++)
            {
                double weight = weights[(bit * Count) + axis];
                for (int i = 0; i < d; i++)
                {
                    to[i] += weight * Axes[(axis * d) + i];
                }
            }
        }

        return result;
    }
}
