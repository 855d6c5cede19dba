using System.Numerics.Tensors;

namespace Pipeline.Hashing.Learning;

/// <summary>
/// Minimal loss hashing (Norouzi and Fleet, ICML 2011): hyperplanes that minimise an upper bound of a hinge-like loss on
/// pairs, max(m − ρ + 1, 0) for similar and λ·max(ρ − m + 1, 0) for dissimilar ones at Hamming distance m. As in
/// structured prediction, the codes that maximise score plus loss are found exactly by sorting bits, and the weights
/// move from them to the codes that maximise the score alone.
/// </summary>
/// <remarks>
/// Rows are centred and of length 1. Similar are a row and its nearest: as many as are at hand, a four-hundredth of the
/// rows, at least 5; the others are taken for dissimilar. Half of the pairs of a batch are similar. Both kinds
/// weigh the same, and ρ is 0.4 of the bits. (Ours, where the paper leaves it open or chooses by validation.)
/// </remarks>
public sealed class MinimalLossHashing : IHashLearner
{
    private const int AnchorRows = 2000;
    private const int BatchPairs = 100;
    private const int Batches = 2000;
    private const double Rate = 2;
    private const float Kept = 0.9999f;
    private const double ThresholdShare = 0.4;
    private const double Momentum = 0.9;
    private const double DissimilarWeight = 1;

    /// <inheritdoc/>
    public string Name => "mlh";

    /// <inheritdoc/>
    public IHashFunction Train(FeatureRows rows, int bits, ulong seed, CancellationToken ct = default)
    {
        TrainingRows.Check(rows, bits);
        var random = new SplitMix64(seed);
        double[] mean = TrainingRows.Mean(rows);
        RowMatrix unit = TrainingRows.Normalised(TrainingRows.Centred(rows, mean));
        var pairs = new SimilarPairs(unit, AnchorRows, random);
        var weights = new RowMatrix(unit.Columns, bits);
        foreach (ref float weight in weights.Values)
        {
            weight = (float)random.NextGaussian();
        }

        double threshold = ThresholdShare * bits;
        var velocity = new RowMatrix(unit.Columns, bits);
        var gradient = new RowMatrix(unit.Columns, bits);
        var batch = new RowMatrix(2 * BatchPairs, unit.Columns);
        var similar = new bool[BatchPairs];
        for (int step = 0; step < Batches; step++)
        {
            ct.ThrowIfCancellationRequested();
            for (int i = 0; i < BatchPairs; i++)
            {
                similar[i] = i % 2 == 0;
                (int first, int second) = pairs.Draw(similar[i], random);
                unit[first].CopyTo(batch[2 * i]);
                unit[second].CopyTo(batch[(2 * i) + 1]);
            }

            RowMatrix moves = batch.Times(weights);
            Parallel.For(0, BatchPairs, i => LossAugmented.Moves(moves[2 * i], moves[(2 * i) + 1], similar[i], threshold, DissimilarWeight));
            RowMatrix.Multiply(
                batch.Values, 1, batch.Stride, moves.Values, moves.Stride, gradient.Values, gradient.Stride, gradient.Rows, batch.Rows);

            // The rate falls to a tenth of what it was.
            float rate = (float)(Rate / BatchPairs / (1 + (9.0 * step / Batches)));
            TensorPrimitives.Multiply(velocity.Values, (float)Momentum, velocity.Values);
            TensorPrimitives.MultiplyAdd(gradient.Values, rate, velocity.Values, velocity.Values);
            TensorPrimitives.Add(weights.Values, velocity.Values, weights.Values);
            TensorPrimitives.Multiply(weights.Values, Kept, weights.Values);
        }

        var normals = new double[bits * mean.Length];
        for (int bit = 0; bit < bits; bit++)
        {
            for (int d = 0; d < mean.Length; d++)
            {
                normals[(bit * mean.Length) + d] = weights[d][bit];
            }
        }

        return new LinearHash(normals, TrainingRows.Thresholds(normals, mean), mean.Length);
    }
}
