using System.Numerics.Tensors;
using Pipeline.Evaluation;
using Pipeline.Hashing;
using Pipeline.Hashing.Learning;

namespace Pipeline.HashEncoding.Training;

/// <summary>
/// Measures encoders on rows that none of them was trained on: how well the order by Hamming distance, of all rows that were trained on,
/// finds the exact nearest of them in feature space and, where labels count, also those of the query's label. Ties count by expectation
/// (<see cref="TieAwareMetrics"/>).
/// </summary>
public sealed class HeldOutComparison
{
    /// <summary>Most neighbours that are to be found.</summary>
    private const int MostNeighbours = 100;

    private const int LeastNeighbours = 5;

    private readonly FeatureRows _gallery;
    private readonly FeatureRows _queries;
    private readonly int[][] _neighbours;

    private HeldOutComparison(FeatureRows gallery, FeatureRows queries, int[][] neighbours) =>
        (_gallery, _queries, _neighbours) = (gallery, queries, neighbours);

    /// <summary>Finds the exact neighbours: one in a hundred rows of the gallery, at least 5 and at most 100 of them, by Euclidean distance.</summary>
    /// <param name="features">The rows that encoders are trained on, those held out, and their labels.</param>
    /// <param name="ct">Cancels.</param>
    public static HeldOutComparison Prepare(TrainingFeatures features, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(features);
        var (gallery, queries) = features;
        var labels = features.Labels;
        var rowsOf = labels?.Gallery.Select((label, row) => (label, row)).Where(row => row.label is not null).ToLookup(row => row.label, row => row.row);
        var count = Math.Min(gallery.Count, Math.Clamp(gallery.Count / 100, LeastNeighbours, MostNeighbours));
        var norms = new float[gallery.Count];
        for (var row = 0; row < norms.Length; row++)
        {
            norms[row] = TensorPrimitives.SumOfSquares(gallery[row]);
        }

        var neighbours = new int[queries.Count][];
        Parallel.For(0, queries.Count, new ParallelOptions { CancellationToken = ct }, query =>
        {
            var distances = new float[gallery.Count];
            var order = new int[gallery.Count];
            for (var row = 0; row < order.Length; row++)
            {
                distances[row] = norms[row] - (2 * TensorPrimitives.Dot(queries[query], gallery[row]));
                order[row] = row;
            }

            Array.Sort(distances, order);
            neighbours[query] = rowsOf is not null && labels!.Queries[query] is { } label
                ? [.. order[..count].Union(rowsOf[label])]
                : order[..count];
        });
        return new HeldOutComparison(gallery, queries, neighbours);
    }

    /// <summary>The tie-aware mean average precision of an encoder, 0 to 1.</summary>
    public double Measure(HashEncoder encoder, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        var gallery = Encode(encoder, _gallery, ct);
        var queries = Encode(encoder, _queries, ct);
        var bytes = encoder.Bits / 8;
        var precisions = new double[_queries.Count];
        Parallel.For(0, precisions.Length, new ParallelOptions { CancellationToken = ct }, query =>
            precisions[query] = AveragePrecision(queries.AsSpan(query * bytes, bytes), gallery, _neighbours[query]));
        return precisions.Average();
    }

    private static double AveragePrecision(ReadOnlySpan<byte> query, ReadOnlySpan<byte> gallery, int[] neighbours)
    {
        var bytes = query.Length;
        var distances = new int[gallery.Length / bytes];
        var counts = new int[(8 * bytes) + 1];
        var found = new int[counts.Length];
        for (var row = 0; row < distances.Length; row++)
        {
            distances[row] = HammingDistance.Between(query, gallery.Slice(row * bytes, bytes));
            counts[distances[row]]++;
        }

        foreach (var row in neighbours)
        {
            found[distances[row]]++;
        }

        // Within a distance the order does not matter.
        var scores = new double[distances.Length];
        var relevant = new bool[distances.Length];
        for (int distance = 0, at = 0; distance < counts.Length; at += counts[distance++])
        {
            scores.AsSpan(at, counts[distance]).Fill(distance);
            relevant.AsSpan(at, found[distance]).Fill(true);
        }

        return TieAwareMetrics.AveragePrecision(scores, relevant, neighbours.Length);
    }

    private static byte[] Encode(HashEncoder encoder, FeatureRows rows, CancellationToken ct)
    {
        const int batch = 1024;
        var bytes = encoder.Bits / 8;
        var codes = new byte[rows.Count * bytes];
        for (var from = 0; from < rows.Count; from += batch)
        {
            ct.ThrowIfCancellationRequested();
            var count = Math.Min(batch, rows.Count - from);
            encoder.Encode(rows.Values.Slice(from * rows.Dimensions, count * rows.Dimensions), count).CopyTo(codes, from * bytes);
        }

        return codes;
    }
}
