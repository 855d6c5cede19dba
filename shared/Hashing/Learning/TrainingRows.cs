namespace Pipeline.Hashing.Learning;

/// <summary>What every learner asks of its arguments, and rows centred on their mean.</summary>
internal static class TrainingRows
{
    /// <exception cref="ArgumentException">The bits are no multiple of 8 from 16 to 256.</exception>
    /// <exception cref="TrainingDataException">There are fewer rows than bits, or all rows are equal.</exception>
    public static void Check(FeatureRows rows, int bits)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (bits is < 16 or > 256 || bits % 8 != 0)
        {
            throw new ArgumentException($"{bits} bits: a multiple of 8 from 16 to 256 is needed.", nameof(bits));
        }

        if (rows.Count < bits)
        {
            throw new TrainingDataException($"{rows.Count} features are too few to learn {bits} bits from: at least one for each bit is needed.");
        }

        ReadOnlySpan<float> first = rows[0];
        for (int row = 1; row < rows.Count; row++)
        {
            if (!rows[row].SequenceEqual(first))
            {
                return;
            }
        }

        throw new TrainingDataException($"All {rows.Count} features are equal: there is nothing to learn from them.");
    }

    public static double[] Mean(FeatureRows rows)
    {
        var mean = new double[rows.Dimensions];
        for (int row = 0; row < rows.Count; row++)
        {
            ReadOnlySpan<float> values = rows[row];
            for (int d = 0; d < mean.Length; d++)
            {
                mean[d] += values[d];
            }
        }

        for (int d = 0; d < mean.Length; d++)
        {
            mean[d] /= rows.Count;
        }

        return mean;
    }

    public static RowMatrix Centred(FeatureRows rows, double[] mean) => Centred(rows, mean, [.. Enumerable.Range(0, rows.Count)]);

    /// <summary>Some rows, less the mean.</summary>
    public static RowMatrix Centred(FeatureRows rows, double[] mean, ReadOnlySpan<int> which)
    {
        var centred = new RowMatrix(which.Length, rows.Dimensions);
        for (int i = 0; i < which.Length; i++)
        {
            ReadOnlySpan<float> from = rows[which[i]];
            Span<float> to = centred[i];
            for (int d = 0; d < mean.Length; d++)
            {
                to[d] = (float)(from[d] - mean[d]);
            }
        }

        return centred;
    }

    /// <summary>Scales each row to length 1, in place; a row of zeros has no direction and stays.</summary>
    public static RowMatrix Normalised(RowMatrix rows)
    {
        for (int row = 0; row < rows.Rows; row++)
        {
            Span<float> values = rows[row];
            double sum = 0;
            foreach (float value in values)
            {
                sum += (double)value * value;
            }

            float scale = sum > 0 ? (float)(1 / Math.Sqrt(sum)) : 0;
            foreach (ref float value in values)
            {
                value *= scale;
            }
        }

        return rows;
    }

    /// <summary>Thresholds w_i·mean for hyperplanes through the mean.</summary>
    /// <param name="weights">Row-major [bits, d].</param>
    /// <param name="mean">d values.</param>
    public static double[] Thresholds(double[] weights, double[] mean)
    {
        var thresholds = new double[weights.Length / mean.Length];
        for (int bit = 0; bit < thresholds.Length; bit++)
        {
            for (int d = 0; d < mean.Length; d++)
            {
                thresholds[bit] += weights[(bit * mean.Length) + d] * mean[d];
            }
        }

        return thresholds;
    }
}
