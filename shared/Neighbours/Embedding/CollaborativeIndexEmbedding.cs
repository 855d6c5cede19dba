using System.Numerics.Tensors;
using Pipeline.Neighbours.Graph;

namespace Pipeline.Neighbours.Embedding;

/// <summary>
/// Collaborative Index Embedding as a batch sweep (Zhou, Li, Sun, Tian, TPAMI 2017): images that are neighbours in SIFT space
/// are pulled together in the CNN index, then the other way round, so that a query with its CNN feature alone finds what SIFT
/// would have found. The rule itself is this project's own; only geometrically verified neighbours pull.
/// </summary>
/// <remarks>
/// Half-steps are Jacobi: the right-hand side holds the vectors of the previous half-step, so the order of images does not
/// matter. The same input gives the same output bit for bit, on any number of threads.
/// </remarks>
/// <param name="mining">p, q and m.</param>
/// <param name="embedding">Strengths, lengths, when to stop.</param>
/// <param name="verified">Whether two images, by their rows, show one subject; called from several threads, perhaps repeatedly.</param>
public sealed class CollaborativeIndexEmbedding(MiningOptions mining, EmbeddingOptions embedding, Func<int, int, bool> verified)
{
    /// <summary>Sweeps, round by round; the first item are the vectors as they came. Ends with the last round worth having.</summary>
    /// <param name="cnn">CNN vectors of length 1, all of one dimension.</param>
    /// <param name="sift">Bags of words of length 1, or empty, one for each CNN vector.</param>
    /// <param name="ct">Cancels between and within rounds.</param>
    public IEnumerable<EmbeddingIteration> Sweep(
        IReadOnlyList<float[]> cnn, IReadOnlyList<SparseRow> sift, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(cnn);
        ArgumentNullException.ThrowIfNull(sift);
        ArgumentOutOfRangeException.ThrowIfNotEqual(sift.Count, cnn.Count);
        return Rounds(cnn, sift, ct);
    }

    private IEnumerable<EmbeddingIteration> Rounds(IReadOnlyList<float[]> cnn, IReadOnlyList<SparseRow> sift, CancellationToken ct)
    {
        var cnnNeighbours = Reciprocal(ExactNeighbours.OfDense(cnn, mining.ListLength, ct), mining.CnnNeighbours);
        var siftNeighbours = Reciprocal(ExactNeighbours.OfSparse(sift, mining.ListLength, ct), mining.SiftNeighbours);
        var (start, current) = ((Cnn: cnn, Sift: sift), (Cnn: cnn, Sift: sift));
        var last = Describe(0);
        yield return last;
        for (var round = 1; round <= embedding.MaxIterations; round++)
        {
            var pulledCnn = new float[cnn.Count][];
            Parallel.For(0, cnn.Count, new ParallelOptions { CancellationToken = ct }, i => pulledCnn[i] = EmbeddingStep.Dense(
                current.Cnn[i], siftNeighbours[i].Select(j => current.Cnn[j]), embedding.CnnStrength, embedding.CnnEntries));
            cnnNeighbours = Reciprocal(ExactNeighbours.OfDense(pulledCnn, mining.ListLength, ct), mining.CnnNeighbours);

            var pulledSift = new SparseRow[sift.Count];
            Parallel.For(0, sift.Count, new ParallelOptions { CancellationToken = ct }, i => pulledSift[i] = EmbeddingStep.Sparse(
                current.Sift[i], [.. cnnNeighbours[i].Select(j => current.Sift[j])], embedding.SiftStrength, embedding.SiftEntries));
            siftNeighbours = Reciprocal(ExactNeighbours.OfSparse(pulledSift, mining.ListLength, ct), mining.SiftNeighbours);

            current = (pulledCnn, pulledSift);
            var next = Describe(round);
            if (next.CnnModification > embedding.MaxModification * Math.Sqrt(cnn.Count) || (round > 1 && next.Jaccard < last.Jaccard))
            {
                yield break;
            }

            yield return last = next;
        }

        EmbeddingIteration Describe(int number) => new(
            number,
            MeanJaccard(cnnNeighbours, siftNeighbours),
            Distance(start.Cnn, current.Cnn),
            Distance(start.Sift, current.Sift),
            current.Cnn.Count == 0 ? 0 : current.Cnn.Average(row => (double)SparseRow.EntryBytes * row.Count(value => value != 0)),
            current.Cnn,
            current.Sift);
    }

    /// <summary>Verified reciprocal neighbours, symmetrised on purpose: a pull is mutual. Ascending.</summary>
    private int[][] Reciprocal(int[][] nearest, int forward)
    {
        var sets = Enumerable.Range(0, nearest.Length).Select(_ => new SortedSet<int>()).ToArray();
        var found = new IReadOnlyList<int>[nearest.Length];
        Parallel.For(0, nearest.Length, i => found[i] =
            [.. ReciprocalNeighbours.Of(i, j => nearest[j], forward, mining.ReturnNeighbours).Where(j => verified(i, j))]);
        for (var i = 0; i < found.Length; i++)
        {
            foreach (var j in found[i])
            {
                sets[i].Add(j);
                sets[j].Add(i);
            }
        }

        return [.. sets.Select(set => set.ToArray())];
    }

    private static double MeanJaccard(int[][] cnn, int[][] sift)
    {
        double sum = 0;
        for (var i = 0; i < cnn.Length; i++)
        {
            var both = cnn[i].Intersect(sift[i]).Count();
            var either = cnn[i].Length + sift[i].Length - both;
            sum += either == 0 ? 0 : (double)both / either;
        }

        return cnn.Length == 0 ? 0 : sum / cnn.Length;
    }

    private static double Distance(IReadOnlyList<float[]> from, IReadOnlyList<float[]> to)
    {
        double sum = 0;
        for (var i = 0; i < from.Count; i++)
        {
            double distance = TensorPrimitives.Distance<float>(from[i], to[i]);
            sum += distance * distance;
        }

        return Math.Sqrt(sum);
    }

    private static double Distance(IReadOnlyList<SparseRow> from, IReadOnlyList<SparseRow> to)
    {
        double sum = 0;
        for (var i = 0; i < from.Count; i++)
        {
            var difference = new Dictionary<uint, float>();
            Add(from[i], -1);
            Add(to[i], 1);
            sum += difference.Values.Sum(value => (double)value * value);

            void Add(SparseRow row, float sign)
            {
                for (var e = 0; e < row.Indices.Length; e++)
                {
                    difference[row.Indices[e]] = difference.GetValueOrDefault(row.Indices[e]) + (sign * row.Values[e]);
                }
            }
        }

        return Math.Sqrt(sum);
    }
}
