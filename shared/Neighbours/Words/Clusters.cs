using Pipeline.Sift;

namespace Pipeline.Neighbours.Words;

/// <summary>What k-means found.</summary>
/// <param name="Centroids">Rows of 128 bytes.</param>
/// <param name="Members">For each centroid the descriptors that are nearest to it, at least one, in ascending order.</param>
internal sealed record Clusters(byte[] Centroids, int[][] Members)
{
    /// <summary>Leaves empty clusters out.</summary>
    public static Clusters Of(byte[] centroids, Members members)
    {
        var kept = Enumerable.Range(0, members.ClusterCount).Where(cluster => members.Of(cluster).Length > 0).ToArray();
        var rows = new byte[kept.Length * SiftFeatures.DescriptorSize];
        for (var i = 0; i < kept.Length; i++)
        {
            centroids.AsSpan(kept[i] * SiftFeatures.DescriptorSize, SiftFeatures.DescriptorSize).CopyTo(rows.AsSpan(i * SiftFeatures.DescriptorSize));
        }

        return new Clusters(rows, [.. kept.Select(cluster => members.Of(cluster).ToArray())]);
    }
}
