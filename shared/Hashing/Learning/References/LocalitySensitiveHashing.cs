namespace Pipeline.Hashing.Learning;

/// <summary>
/// Locality-sensitive hashing for the cosine (Charikar, STOC 2002): random hyperplanes through the mean of the rows. The
/// one thing learnt is the mean.
/// </summary>
public sealed class LocalitySensitiveHashing : IHashLearner
{
    /// <inheritdoc/>
    public string Name => "lsh";

    /// <inheritdoc/>
    public IHashFunction Train(FeatureRows rows, int bits, ulong seed, CancellationToken ct = default)
    {
        TrainingRows.Check(rows, bits);
        var random = new SplitMix64(seed);
        var weights = new double[bits * rows.Dimensions];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = random.NextGaussian();
        }

        return new LinearHash(weights, TrainingRows.Thresholds(weights, TrainingRows.Mean(rows)), rows.Dimensions);
    }
}
