namespace Pipeline.Hashing.Learning;

/// <summary>Draws rows that are near each other, and rows that are not.</summary>
internal sealed class SimilarPairs
{
    private readonly int[] _anchors;
    private readonly int[][] _nearest;
    private readonly int _rows;

    /// <summary>Finds the nearest of some rows.</summary>
    /// <param name="unit">Rows of length 1.</param>
    /// <param name="anchors">Of how many rows.</param>
    /// <param name="random">Draws which.</param>
    public SimilarPairs(RowMatrix unit, int anchors, SplitMix64 random)
    {
        _rows = unit.Rows;
        _anchors = random.Sample(unit.Rows, anchors);
        _nearest = NearestRows.Of(unit, _anchors, NearestRows.Count(unit.Rows, 400, int.MaxValue));
    }

    /// <summary>Two different rows.</summary>
    public (int First, int Second) Draw(bool similar, SplitMix64 random)
    {
        int anchor = random.Below(_anchors.Length);
        if (similar)
        {
            return (_anchors[anchor], _nearest[anchor][random.Below(_nearest[anchor].Length)]);
        }

        int other;
        do
        {
            other = (_anchors[anchor] + 1 + random.Below(_rows - 1)) % _rows;
        }
        while (_nearest[anchor].Length < _rows - 1 && _nearest[anchor].AsSpan().Contains(other));
        return (_anchors[anchor], other);
    }
}
