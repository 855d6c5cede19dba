using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Pipeline.Hashing.Learning;

/// <summary>
/// Iterative quantization (Gong and Lazebnik, CVPR 2011): principal components, rotated so that they lie as close as
/// possible to the corners of the cube that their signs name.
/// </summary>
/// <remarks>
/// Signs are given and the best rotation is found by the orthogonal Procrustes problem, in turn, 50 times from a random
/// rotation. Where the rows vary in fewer directions than there are bits, the missing components are zeros, so that the
/// rotation becomes a tight frame of hyperplanes. (Ours.)
/// </remarks>
public sealed class IterativeQuantization : IHashLearner
{
    private const int Iterations = 50;

    /// <inheritdoc/>
    public string Name => "itq";

    /// <inheritdoc/>
    public IHashFunction Train(FeatureRows rows, int bits, ulong seed, CancellationToken ct = default)
    {
        TrainingRows.Check(rows, bits);
        var components = PrincipalComponents.Of(rows, bits);
        RowMatrix rotation = Rotate(components.Projected, bits, seed, null, ct);
        int count = components.Count;
        var weights = new double[bits * count];
        for (int axis = 0; axis < count; axis++)
        {
            for (int bit = 0; bit < bits; bit++)
            {
                weights[(bit * count) + axis] = rotation[axis][bit];
            }
        }

        double[] inSpace = components.ToFeatureSpace(weights);
        return new LinearHash(inSpace, TrainingRows.Thresholds(inSpace, components.Mean), rows.Dimensions);
    }

    /// <summary>Finds the rotation.</summary>
    /// <param name="projected">Principal components [n, c], c ≤ bits.</param>
    /// <param name="bits">Order of the rotation.</param>
    /// <param name="seed">Chooses the start.</param>
    /// <param name="quantised">Called in each iteration with the quantisation error Σ‖sign(vR) − vR‖² over rows v.</param>
    /// <param name="ct">Ends it.</param>
    internal static RowMatrix Rotate(RowMatrix projected, int bits, ulong seed, Action<double>? quantised, CancellationToken ct)
    {
        RowMatrix rotation = ToRows(RandomRotation(bits, seed), projected.Columns);
        for (int iteration = 0; iteration < Iterations; iteration++)
        {
            ct.ThrowIfCancellationRequested();
            RowMatrix signs = projected.Times(rotation);
            double error = 0;
            for (int row = 0; row < signs.Rows; row++)
            {
                foreach (ref float value in signs[row])
                {
                    float sign = value > 0 ? 1 : -1;
                    error += (sign - value) * (sign - value);
                    value = sign;
                }
            }

            quantised?.Invoke(error);

            // R maximises tr(Rᵀ VᵀB): with VᵀB = UΣWᵀ it is UWᵀ.
            double[] product = projected.TransposeTimes(signs);
            var correlation = new DenseMatrix(bits, bits);
            for (int axis = 0; axis < projected.Columns; axis++)
            {
                for (int bit = 0; bit < bits; bit++)
                {
                    correlation[axis, bit] = product[(axis * bits) + bit];
                }
            }

            Svd<double> svd = correlation.Svd();
            rotation = ToRows((DenseMatrix)svd.U.Multiply(svd.VT), projected.Columns);
        }

        return rotation;
    }

    private static DenseMatrix RandomRotation(int order, ulong seed)
    {
        var random = new SplitMix64(seed);
        var gaussian = new DenseMatrix(order, order);
        for (int row = 0; row < order; row++)
        {
            for (int column = 0; column < order; column++)
            {
                gaussian[row, column] = random.NextGaussian();
            }
        }

        return (DenseMatrix)gaussian.QR().Q;
    }

    private static RowMatrix ToRows(DenseMatrix rotation, int rows)
    {
        var result = new RowMatrix(rows, rotation.ColumnCount);
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < rotation.ColumnCount; column++)
            {
                result[row][column] = (float)rotation[row, column];
            }
        }

        return result;
    }
}
