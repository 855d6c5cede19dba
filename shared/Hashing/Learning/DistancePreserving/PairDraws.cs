namespace Pipeline.Hashing.Learning;

/// <summary>Draws the pairs that are trained on; distances are divided by the mean distance of random pairs.</summary>
internal sealed class PairDraws
{
    private const int Anchors = 4000;
    private const int NearestOfAnchor = 20;
    private readonly RowMatrix _rows;
    private readonly RowLabels? _labels;
    private readonly SplitMix64 _random;

    /// <summary>Draws random pairs.</summary>
    /// <param name="rows">Rows whose distances are meant.</param>
    /// <param name="count">How many pairs.</param>
    /// <param name="labels">What changes distances; null: nothing.</param>
    /// <param name="random">Draws them.</param>
    public PairDraws(RowMatrix rows, int count, RowLabels? labels, SplitMix64 random)
    {
        (_rows, _labels, _random) = (rows, labels, random);
        Random = new RowPair[count];
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            int first = random.Below(rows.Rows), second = (first + 1 + random.Below(rows.Rows - 1)) % rows.Rows;
            Random[i] = new RowPair(first, second, Distance(first, second));
            sum += Random[i].Distance;
        }

        // Half of the rows may be equal; all are not, but a draw of few pairs can miss that.
        Scale = sum > 0 ? (float)(count / sum) : 1;
        for (int i = 0; i < count; i++)
        {
            Random[i] = Random[i] with { Distance = Random[i].Distance * Scale };
        }
    }

    /// <summary>The random pairs.</summary>
    public RowPair[] Random { get; }

    private float Scale { get; }

    /// <summary>As many pairs, of which a share, the first ones, are rows and one of their 20 nearest.</summary>
    public RowPair[] WithNear(double share)
    {
        var pairs = (RowPair[])Random.Clone();
        int[] anchors = _random.Sample(_rows.Rows, Anchors);
        int[][] nearest = NearestRows.Of(_rows, anchors, Math.Min(NearestOfAnchor, _rows.Rows - 1));
        for (int i = 0; i < share * pairs.Length; i++)
        {
            int anchor = _random.Below(anchors.Length), first = anchors[anchor];
            int second = nearest[anchor][_random.Below(nearest[anchor].Length)];
            pairs[i] = new RowPair(first, second, Scale * Distance(first, second));
        }

        return pairs;
    }

    private float Distance(int first, int second)
    {
        // In this order on every processor: a vectorised sum would depend on the vectors' length.
        ReadOnlySpan<float> x = _rows[first], y = _rows[second];
        float sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            float difference = x[i] - y[i];
            sum += difference * difference;
        }

        return MathF.Sqrt(sum) * (_labels?.Factor(first, second) ?? 1);
    }
}
