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
        const int Least = 5, Share = 400, BlockRows = 100;
        _rows = unit.Rows;
        _anchors = random.Sample(unit.Rows, anchors);
        _nearest = new int[_anchors.Length][];
        int count = Math.Min(unit.Rows - 1, Math.Max(Least, unit.Rows / Share));
        for (int first = 0; first < _anchors.Length; first += BlockRows)
        {
            int some = Math.Min(BlockRows, _anchors.Length - first), from = first;
            var block = new RowMatrix(some, unit.Columns);
            for (int i = 0; i < some; i++)
            {
                unit[_anchors[from + i]].CopyTo(block[i]);
            }

            RowMatrix likeness = unit.Times(block.Transposed());
            Parallel.For(0, some, i => _nearest[from + i] = Largest(likeness, i, count, _anchors[from + i]));
        }
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

    private static int[] Largest(RowMatrix likeness, int column, int count, int except)
    {
        // Of equal ones the first stays: the queue's priority has the row's number as its second part.
        var queue = new PriorityQueue<int, (float, int)>(count);
        for (int i = 0; i < likeness.Rows; i++)
        {
            if (i == except)
            {
                continue;
            }

            if (queue.Count < count)
            {
                queue.Enqueue(i, (likeness[i][column], -i));
            }
            else
            {
                queue.EnqueueDequeue(i, (likeness[i][column], -i));
            }
        }

        return [.. queue.UnorderedItems.Select(item => item.Element).Order()];
    }
}
