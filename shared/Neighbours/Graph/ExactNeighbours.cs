using System.Numerics.Tensors;

namespace Pipeline.Neighbours.Graph;

/// <summary>
/// The k nearest neighbours of every row among all rows, by dot product, nearest first, equal ones by ascending row, the row
/// itself excluded. For batch jobs and as the yardstick of what is kept incrementally.
/// </summary>
public static class ExactNeighbours
{
    /// <summary>Of dense rows of one length. A row is everyone's neighbour at some similarity, so lists are full.</summary>
    public static int[][] OfDense(IReadOnlyList<float[]> rows, int k, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return Of(rows.Count, k, (row, scores) =>
        {
            for (var other = 0; other < rows.Count; other++)
            {
                scores[other] = TensorPrimitives.Dot(rows[row], rows[other]);
            }
        }, sharedOnly: false, ct);
    }

    /// <summary>Of sparse rows. Rows that share no index are no neighbours, so lists may be short.</summary>
    public static int[][] OfSparse(IReadOnlyList<SparseRow> rows, int k, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var postings = Postings(rows);
        return Of(rows.Count, k, (row, scores) =>
        {
            Array.Clear(scores);
            var (indices, values) = rows[row];
            for (var i = 0; i < indices.Length; i++)
            {
                foreach (var (other, value) in postings[indices[i]])
                {
                    scores[other] += values[i] * value;
                }
            }
        }, sharedOnly: true, ct);
    }

    private static Dictionary<uint, List<(int Row, float Value)>> Postings(IReadOnlyList<SparseRow> rows)
    {
        var postings = new Dictionary<uint, List<(int, float)>>();
        for (var row = 0; row < rows.Count; row++)
        {
            var (indices, values) = rows[row];
            for (var i = 0; i < indices.Length; i++)
            {
                if (!postings.TryGetValue(indices[i], out var list))
                {
                    postings[indices[i]] = list = [];
                }

                list.Add((row, values[i]));
            }
        }

        return postings;
    }

    private static int[][] Of(int count, int k, Action<int, float[]> score, bool sharedOnly, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        var lists = new int[count][];
        Parallel.For(
            0,
            count,
            new ParallelOptions { CancellationToken = ct },
            () => (Scores: new float[count], Best: new PriorityQueue<int, (float, int)>(k + 1)),
            (row, _, state) =>
            {
                score(row, state.Scores);
                lists[row] = Best(row, state.Scores, k, sharedOnly, state.Best);
                return state;
            },
            _ => { });
        return lists;
    }

    /// <summary>The queue's head is the worst of the best: the least score, and of equal ones the highest row.</summary>
    private static int[] Best(int row, float[] scores, int k, bool sharedOnly, PriorityQueue<int, (float, int)> best)
    {
        for (var other = 0; other < scores.Length; other++)
        {
            if (other == row || (sharedOnly && scores[other] == 0))
            {
                continue;
            }

            var priority = (scores[other], -other);
            if (best.Count < k)
            {
                best.Enqueue(other, priority);
            }
            else
            {
                best.EnqueueDequeue(other, priority);
            }
        }

        var list = new int[best.Count];
        for (var i = list.Length - 1; i >= 0; i--)
        {
            list[i] = best.Dequeue();
        }

        return list;
    }
}
