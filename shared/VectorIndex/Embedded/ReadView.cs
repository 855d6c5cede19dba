namespace Pipeline.VectorIndex.Embedded;

/// <summary>
/// What a reader took from a collection under its gate: a snapshot, which it holds until disposed, and everything that
/// had to be looked up in dictionaries. The rest of the reading needs no lock.
/// </summary>
internal sealed class ReadView(Snapshot snapshot) : IDisposable
{
    private bool _left;

    public LiveRows Live => snapshot.Live;

    /// <summary>Rows of the ids asked for, in their order, without unknown ones; null where no ids were asked for.</summary>
    public List<int>? Among { get; set; }

    /// <summary>Ordinal of the tenant filtered by; −1 for one that has no points, null for any.</summary>
    public int? Tenant { get; set; }

    /// <summary>Postings of each label filtered by.</summary>
    public List<PostingSlice<int>> Labels { get; } = [];

    /// <summary>Inverted lists of a sparse query.</summary>
    public PostingSlice<Posting>[] Lists { get; set; } = [];

    public void Dispose()
    {
        if (!_left)
        {
            _left = true;
            snapshot.Leave();
        }
    }
}
