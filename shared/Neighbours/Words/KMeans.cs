using Pipeline.Sift;

namespace Pipeline.Neighbours.Words;

/// <summary>
/// Lloyd's k-means on byte descriptors with byte centroids. All arithmetic is on integers, so the result depends on
/// the seed and the descriptors' order alone, not on processor or thread count.
/// </summary>
internal static class KMeans
{
    private const int Size = SiftFeatures.DescriptorSize;

    /// <summary>Descriptors of one unit of parallel work.</summary>
    private const int Chunk = 512;

    /// <summary>Clusters.</summary>
    /// <param name="descriptors">Rows of 128 bytes, at least one.</param>
    /// <param name="count">Most clusters. Fewer come back where descriptors are fewer or equal.</param>
    /// <param name="iterations">Most rounds; it stops early when nothing moves.</param>
    /// <param name="seed">Chooses the first centroids.</param>
    /// <param name="parallel">How many threads, and cancellation.</param>
    /// <param name="progress">Told the share done after each round.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Clusters Fit(
        ReadOnlyMemory<byte> descriptors, int count, int iterations, ulong seed, ParallelOptions parallel, IProgress<double>? progress = null)
    {
        var n = descriptors.Length / Size;
        var k = Math.Min(count, n);
        var centroids = new byte[k * Size];
        var first = SeededOrder.Sample(n, k, seed);
        for (var c = 0; c < k; c++)
        {
            descriptors.Span.Slice(first[c] * Size, Size).CopyTo(centroids.AsSpan(c * Size));
        }

        var nearest = new (int Centroid, int Distance)[n];
        var members = new Members(n, k);
        for (var round = 1; ; round++)
        {
            Assign(descriptors, new CentroidGroups(centroids, [k]), nearest, parallel);
            var moved = members.Update(nearest);
            progress?.Report((double)round / iterations);
            if (!moved || round == iterations)
            {
                return Clusters.Of(centroids, members);
            }

            Move(descriptors, centroids, members, parallel);
            Reseed(descriptors.Span, centroids, members, nearest);
        }
    }

    private static void Assign(ReadOnlyMemory<byte> descriptors, CentroidGroups groups, (int, int)[] nearest, ParallelOptions parallel) =>
        Parallel.For(0, (nearest.Length + Chunk - 1) / Chunk, parallel, chunk =>
        {
            var start = chunk * Chunk;
            var length = Math.Min(Chunk, nearest.Length - start);
            groups.Nearest(descriptors.Span.Slice(start * Size, length * Size), 0, nearest.AsSpan(start, length));
        });

    private static void Move(ReadOnlyMemory<byte> descriptors, byte[] centroids, Members members, ParallelOptions parallel) =>
        Parallel.For(0, members.ClusterCount, parallel, cluster =>
        {
            var rows = members.Of(cluster);
            if (rows.Length == 0)
            {
                return;
            }

            Span<long> sums = stackalloc long[Size];
            sums.Clear();
            foreach (var row in rows)
            {
                var descriptor = descriptors.Span.Slice(row * Size, Size);
                for (var i = 0; i < Size; i++)
                {
                    sums[i] += descriptor[i];
                }
            }

            for (var i = 0; i < Size; i++)
            {
                centroids[(cluster * Size) + i] = (byte)(((2 * sums[i]) + rows.Length) / (2L * rows.Length));
            }
        });

    /// <summary>Puts the centroid of each empty cluster on a descriptor that is furthest from its own.</summary>
    private static void Reseed(ReadOnlySpan<byte> descriptors, byte[] centroids, Members members, (int Centroid, int Distance)[] nearest)
    {
        var empty = Enumerable.Range(0, members.ClusterCount).Where(cluster => members.Of(cluster).Length == 0).ToArray();
        if (empty.Length == 0)
        {
            return;
        }

        // Descriptors that sit on their centroid would only make a second, equal one.
        var furthest = Enumerable.Range(0, nearest.Length).Where(row => nearest[row].Distance > 0)
            .OrderByDescending(row => nearest[row].Distance).ThenBy(row => row).Take(empty.Length).ToArray();
        for (var i = 0; i < furthest.Length; i++)
        {
            descriptors.Slice(furthest[i] * Size, Size).CopyTo(centroids.AsSpan(empty[i] * Size));
        }
    }
}
