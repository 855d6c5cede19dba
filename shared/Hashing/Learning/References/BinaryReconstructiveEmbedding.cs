namespace Pipeline.Hashing.Learning;

/// <summary>
/// Binary reconstructive embedding (Kulis and Darrell, NIPS 2009): hash functions sign(Σ_q W_pq·κ(x_pq, x)) over
/// sampled anchors x_pq, whose weights are found one at a time such that normalised Hamming distances of pairs
/// reconstruct their given distances with the least squared error. Along one weight the error changes where a row's bit
/// flips and nowhere else, so its least value is found exactly.
/// </summary>
/// <remarks>
/// The kernel is linear on centred rows of length 1, so that functions are hyperplanes. Distances are ¼‖x − y‖², from 0
/// to 1 like the codes' own; 1,000 rows are learnt from, each paired with its 25 nearest and 25 others. (Ours, where the
/// paper leaves it open.)
/// </remarks>
public sealed class BinaryReconstructiveEmbedding : IHashLearner
{
    private const int SampleRows = 1000;
    private const int NearestOfRow = 25;
    private const int OthersOfRow = 25;
    private const int AnchorsOfBit = 50;
    private const int MostSweeps = 4;
    private const double LeastGain = 0.002;

    /// <inheritdoc/>
    public string Name => "bre";

    /// <inheritdoc/>
    public IHashFunction Train(FeatureRows rows, int bits, ulong seed, CancellationToken ct = default)
    {
        TrainingRows.Check(rows, bits);
        var random = new SplitMix64(seed);
        double[] mean = TrainingRows.Mean(rows);
        RowMatrix sample = TrainingRows.Normalised(TrainingRows.Centred(rows, mean, random.Sample(rows.Count, SampleRows)));
        RowMatrix kernel = sample.Times(sample.Transposed());
        var descent = new ReconstructionDescent(kernel, bits, AnchorsOfBit, DrawPairs(kernel, random), random);
        double error = descent.Error();
        for (int sweep = 0; sweep < MostSweeps; sweep++)
        {
            double before = error;
            descent.Sweep(ct);
            error = descent.Error();
            if (before - error < LeastGain * before)
            {
                break;
            }
        }

        var weights = new double[bits * mean.Length];
        for (int bit = 0; bit < bits; bit++)
        {
            for (int q = 0; q < descent.AnchorsOfBit; q++)
            {
                ReadOnlySpan<float> anchor = sample[descent.Anchor(bit, q)];
                for (int d = 0; d < anchor.Length; d++)
                {
                    weights[(bit * anchor.Length) + d] += descent.Weight(bit, q) * anchor[d];
                }
            }
        }

        return new LinearHash(weights, TrainingRows.Thresholds(weights, mean), mean.Length);
    }

    /// <summary>Each row with its nearest and with others, no pair twice.</summary>
    internal static RowPair[] DrawPairs(RowMatrix kernel, SplitMix64 random)
    {
        int n = kernel.Rows;
        var pairs = new List<RowPair>();
        var seen = new HashSet<(int, int)>();
        for (int row = 0; row < n; row++)
        {
            float[] likeness = kernel[row].ToArray();
            int[] order = [.. Enumerable.Range(0, n)];
            Array.Sort(order, (x, y) => likeness[y] != likeness[x] ? likeness[y].CompareTo(likeness[x]) : x.CompareTo(y));
            foreach (int other in order.Where(other => other != row).Take(NearestOfRow))
            {
                Add(row, other);
            }

            for (int i = 0; i < Math.Min(OthersOfRow, n - 1); i++)
            {
                Add(row, (row + 1 + random.Below(n - 1)) % n);
            }
        }

        return [.. pairs];

        void Add(int x, int y)
        {
            (int first, int second) = (Math.Min(x, y), Math.Max(x, y));
            if (seen.Add((first, second)))
            {
                // ¼‖x − y‖² = ½(1 − x·y) for rows of length 1; a row that is the mean has no direction and is far from none.
                pairs.Add(new RowPair(first, second, Math.Clamp(0.5f * (1 - kernel[first][second]), 0, 1)));
            }
        }
    }
}
