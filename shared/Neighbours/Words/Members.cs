namespace Pipeline.Neighbours.Words;

/// <summary>Which descriptors each cluster has, in ascending order, in one array.</summary>
internal sealed class Members(int descriptors, int clusters)
{
    private readonly int[] _clusterOf = Filled(descriptors);
    private readonly int[] _starts = new int[clusters + 1];
    private readonly int[] _rows = new int[descriptors];

    /// <summary>Number of clusters, empty ones included.</summary>
    public int ClusterCount => clusters;

    /// <summary>The descriptors of a cluster.</summary>
    public ReadOnlySpan<int> Of(int cluster) => _rows.AsSpan(_starts[cluster].._starts[cluster + 1]);

    /// <summary>Takes over a new assignment; says whether any descriptor changed its cluster.</summary>
    public bool Update((int Centroid, int Distance)[] nearest)
    {
        var moved = false;
        Array.Clear(_starts);
        for (var row = 0; row < descriptors; row++)
        {
            moved |= _clusterOf[row] != nearest[row].Centroid;
            _clusterOf[row] = nearest[row].Centroid;
            _starts[_clusterOf[row] + 1]++;
        }

        for (var cluster = 0; cluster < clusters; cluster++)
        {
            _starts[cluster + 1] += _starts[cluster];
        }

        var next = _starts.AsSpan(0, clusters).ToArray();
        for (var row = 0; row < descriptors; row++)
        {
            _rows[next[_clusterOf[row]]++] = row;
        }

        return moved;
    }

    private static int[] Filled(int length)
    {
        var none = new int[length];
        Array.Fill(none, -1);
        return none;
    }
}
