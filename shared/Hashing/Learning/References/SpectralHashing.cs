namespace Pipeline.Hashing.Learning;

/// <summary>
/// Spectral hashing (Weiss, Torralba, Fergus, NIPS 2008): the eigenfunctions of least eigenvalue of a uniform
/// distribution in the box that the rows span along their principal components, thresholded at 0. They are waves along
/// one component each, the longer the sooner chosen, so a component of great extent gives several bits.
/// </summary>
public sealed class SpectralHashing : IHashLearner
{
    /// <inheritdoc/>
    public string Name => "sh";

    /// <inheritdoc/>
    public IHashFunction Train(FeatureRows rows, int bits, ulong seed, CancellationToken ct = default)
    {
        TrainingRows.Check(rows, bits);
        var components = PrincipalComponents.Of(rows, bits);
        ct.ThrowIfCancellationRequested();
        var waves = new List<Wave>(components.Count * bits);
        for (int axis = 0; axis < components.Count; axis++)
        {
            double least = double.MaxValue, most = double.MinValue;
            for (int row = 0; row < rows.Count; row++)
            {
                double value = components.Projected[row][axis];
                (least, most) = (Math.Min(least, value), Math.Max(most, value));
            }

            for (int halfWaves = 1; halfWaves <= bits; halfWaves++)
            {
                waves.Add(new Wave(axis, least, (most - least) / halfWaves));
            }
        }

        // The eigenvalue grows with the wave number, whatever the kernel's width. The sort is stable.
        Wave[] longest = [.. waves.OrderByDescending(wave => wave.HalfWave).Take(bits)];
        return new PeriodicHash(components.Axes, components.Mean, longest, rows.Dimensions);
    }
}
