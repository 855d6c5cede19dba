using System.Numerics;

namespace Pipeline.Hashing.Learning;

/// <summary>
/// Spherical hashing (Heo, Lee, He, Chang, Yoon, CVPR 2012): bit i says whether a feature lies in the i-th ball. Balls
/// hold half of the rows each, and every two share a quarter: pivots that share too much repel each other, others
/// attract, and radii follow as medians, until the overlaps deviate from a quarter of the rows by 10 % on average and by
/// 15 % in standard deviation.
/// </summary>
/// <remarks>
/// Learnt from at most 10,000 rows; a pivot starts as the mean of five of them. Codes are compared by plain Hamming
/// distance like all others, not by the paper's spherical one. (Ours.)
/// </remarks>
public sealed class SphericalHashing : IHashLearner
{
    private const int SampleRows = 10_000;
    private const int RowsOfPivot = 5;
    private const int MostIterations = 100;
    private const double MeanTolerance = 0.10;
    private const double DeviationTolerance = 0.15;

    /// <inheritdoc/>
    public string Name => "sph";

    /// <inheritdoc/>
    public IHashFunction Train(FeatureRows rows, int bits, ulong seed, CancellationToken ct = default)
    {
        TrainingRows.Check(rows, bits);
        var random = new SplitMix64(seed);
        double[] mean = TrainingRows.Mean(rows);
        RowMatrix sample = TrainingRows.Centred(rows, mean, random.Sample(rows.Count, SampleRows));
        RowMatrix pivots = FirstPivots(sample, bits, random);
        double[] radii = Balance(sample, pivots, out ulong[][] inside);
        for (int iteration = 0; iteration < MostIterations && Repel(pivots, inside, sample.Rows); iteration++)
        {
            ct.ThrowIfCancellationRequested();
            radii = Balance(sample, pivots, out inside);
        }

        var centres = new double[bits * mean.Length];
        for (int i = 0; i < centres.Length; i++)
        {
            centres[i] = pivots[i / mean.Length][i % mean.Length] + mean[i % mean.Length];
        }

        return new BallHash(centres, radii, mean.Length);
    }

    private static RowMatrix FirstPivots(RowMatrix sample, int bits, SplitMix64 random)
    {
        var pivots = new RowMatrix(bits, sample.Columns);
        for (int bit = 0; bit < bits; bit++)
        {
            Span<float> pivot = pivots[bit];
            for (int i = 0; i < RowsOfPivot; i++)
            {
                ReadOnlySpan<float> row = sample[random.Below(sample.Rows)];
                for (int d = 0; d < pivot.Length; d++)
                {
                    pivot[d] += row[d] / RowsOfPivot;
                }
            }
        }

        return pivots;
    }

    /// <summary>Radii that put half of the sample into each ball, and who is inside, a bit for each row.</summary>
    private static double[] Balance(RowMatrix sample, RowMatrix pivots, out ulong[][] inside)
    {
        RowMatrix products = sample.Times(pivots.Transposed());
        double[] norms = [.. Enumerable.Range(0, sample.Rows).Select(row => SquaredNorm(sample[row]))];
        var radii = new double[pivots.Rows];
        var members = new ulong[pivots.Rows][];
        Parallel.For(0, pivots.Rows, bit =>
        {
            double pivotNorm = SquaredNorm(pivots[bit]);
            var distances = new double[norms.Length];
            for (int row = 0; row < distances.Length; row++)
            {
                distances[row] = Math.Max(0, norms[row] - (2 * products[row][bit]) + pivotNorm);
            }

            double[] sorted = [.. distances];
            Array.Sort(sorted);
            int half = sorted.Length / 2;
            double squared = (sorted[half - 1] + sorted[half]) / 2;
            radii[bit] = Math.Sqrt(squared);
            members[bit] = new ulong[(distances.Length + 63) / 64];
            for (int row = 0; row < distances.Length; row++)
            {
                members[bit][row / 64] |= distances[row] < squared ? 1UL << (row % 64) : 0;
            }
        });
        inside = members;
        return radii;
    }

    /// <summary>Moves the pivots by the forces between them; false if the overlaps are good and nothing was moved.</summary>
    private static bool Repel(RowMatrix pivots, ulong[][] inside, int rows)
    {
        int bits = pivots.Rows;
        double quarter = rows / 4.0;
        var overlaps = new double[bits * bits];
        Parallel.For(0, bits, i =>
        {
            for (int j = 0; j < bits; j++)
            {
                long shared = 0;
                for (int word = 0; word < inside[i].Length; word++)
                {
                    shared += BitOperations.PopCount(inside[i][word] & inside[j][word]);
                }

                overlaps[(i * bits) + j] = shared;
            }
        });

        double deviation = 0, sum = 0, squares = 0;
        int pairs = bits * (bits - 1) / 2;
        for (int i = 0; i < bits; i++)
        {
            for (int j = i + 1; j < bits; j++)
            {
                double overlap = overlaps[(i * bits) + j];
                deviation += Math.Abs(overlap - quarter);
                sum += overlap;
                squares += overlap * overlap;
            }
        }

        double variance = Math.Max(0, (squares / pairs) - (sum / pairs * (sum / pairs)));
        if (deviation / pairs <= MeanTolerance * quarter && Math.Sqrt(variance) <= DeviationTolerance * quarter)
        {
            return false;
        }

        var forces = new double[bits * pivots.Columns];
        Parallel.For(0, bits, i =>
        {
            Span<double> force = forces.AsSpan(i * pivots.Columns, pivots.Columns);
            ReadOnlySpan<float> here = pivots[i];
            for (int j = 0; j < bits; j++)
            {
                // Of itself the difference, and so the force, is 0.
                double push = 0.5 * (overlaps[(i * bits) + j] - quarter) / quarter / bits;
                ReadOnlySpan<float> there = pivots[j];
                for (int d = 0; d < force.Length; d++)
                {
                    force[d] += push * (here[d] - there[d]);
                }
            }
        });
        for (int i = 0; i < forces.Length; i++)
        {
            pivots[i / pivots.Columns][i % pivots.Columns] += (float)forces[i];
        }

        return true;
    }

    private static double SquaredNorm(ReadOnlySpan<float> row)
    {
        double sum = 0;
        foreach (float value in row)
        {
            sum += (double)value * value;
        }

        return sum;
    }
}
