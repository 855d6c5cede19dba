namespace Pipeline.Hashing.Learning;

/// <summary>Finds exact Euclidean neighbours.</summary>
internal static class NearestRows
{
    /// <summary>One of so many rows, from 5 to a maximum, and never more than there are.</summary>
    public static int Count(int rows, int share, int most) => Math.Min(rows - 1, Math.Clamp(rows / share, 5, most));

    /// <summary>The nearest of some rows among all others, in the order of their numbers.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="queries">Whose nearest.</param>
    /// <param name="count">How many, below the number of rows.</param>
    public static int[][] Of(RowMatrix rows, int[] queries, int count)
    {
        const int BlockRows = 100;
        var halfNorms = new float[rows.Rows];
        for (int row = 0; row < halfNorms.Length; row++)
        {
            float sum = 0;
            foreach (float value in rows[row])
            {
                sum += value * value;
            }

            halfNorms[row] = sum / 2;
        }

        var nearest = new int[queries.Length][];
        for (int first = 0; first < queries.Length; first += BlockRows)
        {
            int some = Math.Min(BlockRows, queries.Length - first), from = first;
            var block = new RowMatrix(some, rows.Columns);
            for (int i = 0; i < some; i++)
            {
                rows[queries[from + i]].CopyTo(block[i]);
            }

            RowMatrix products = rows.Times(block.Transposed());
            Parallel.For(0, some, i => nearest[from + i] = Largest(products, i, halfNorms, count, queries[from + i]));
        }

        return nearest;
    }

    /// <summary>Of least ½‖x − y‖², that is of largest x·y − ½‖y‖².</summary>
    private static int[] Largest(RowMatrix products, int column, float[] halfNorms, int count, int except)
    {
        // Of equal ones the first stays: the queue's priority has the row's number as its second part.
        var queue = new PriorityQueue<int, (float, int)>(count + 1);
        for (int row = 0; row < products.Rows; row++)
        {
            (float, int) priority = (products[row][column] - halfNorms[row], -row);
            if (row == except)
            {
                continue;
            }

            if (queue.Count < count)
            {
                queue.Enqueue(row, priority);
            }
            else
            {
                queue.EnqueueDequeue(row, priority);
            }
        }

        return [.. queue.UnorderedItems.Select(item => item.Element).Order()];
    }
}
