namespace Pipeline.VectorIndex.Embedded;

/// <summary>One row's comparison with all others: its own nearest, and the rows that may have it among theirs.</summary>
/// <param name="row">The row; it does not find itself.</param>
/// <param name="best">Takes the nearest.</param>
/// <param name="offers">True if the row is new, so that others' lists may gain it.</param>
/// <param name="createBest">Makes another of the same kind.</param>
internal sealed class NeighbourSearch(int row, TopK best, bool offers, Func<TopK> createBest) : IDisposable
{
    public int Row => row;

    public TopK Best => best;

    public bool Offers => offers;

    /// <summary>Rows whose floor the row reaches, with their score, in no particular order.</summary>
    public List<(int Row, double Score)> Reached { get; } = [];

    public void Offer(int other, double score, float floor)
    {
        if (other == row)
        {
            return;
        }

        if (offers && score >= floor)
        {
            Reached.Add((other, score));
        }

        if (score >= best.Threshold)
        {
            best.Offer(score, other);
        }
    }

    /// <summary>An empty search of the same row, for another thread.</summary>
    public NeighbourSearch Fork() => new(row, createBest(), offers, createBest);

    /// <summary>Takes over what a fork has found.</summary>
    public void Join(NeighbourSearch fork)
    {
        best.Merge(fork.Best);
        Reached.AddRange(fork.Reached);
    }

    public void Dispose() => best.Dispose();
}
