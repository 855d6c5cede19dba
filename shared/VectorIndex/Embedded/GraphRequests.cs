namespace Pipeline.VectorIndex.Embedded;

/// <summary>Reads a graph's stored lists, and has the collection note from that moment on what changes.</summary>
internal sealed class LoadGraphRequest(MemoryCollection collection, int ordinal, int k) : WriteRequest(CancellationToken.None)
{
    public MemoryCollection Collection => collection;

    public int Ordinal => ordinal;

    public int K => k;

    /// <summary>The lists, known when the request is done.</summary>
    public List<StoredList> Lists { get; } = [];

    /// <summary>The state of the collection that the lists belong to; whoever asked disposes it.</summary>
    public ReadView? View { get; set; }

    public override int Weight => 0;
}

/// <summary>Writes lists of a graph, except those of points that have changed since the lists were made.</summary>
internal sealed class WriteGraphRequest(MemoryCollection collection, int ordinal, IReadOnlyList<StoredList> lists)
    : WriteRequest(CancellationToken.None)
{
    public MemoryCollection Collection => collection;

    public override int Weight => lists.Count;

    public override bool CanShareWith(WriteRequest next) => next is WriteGraphRequest;

    /// <summary>Writes the lists within the open transaction.</summary>
    public void WriteTo(IndexDatabase database)
    {
        long revision = 0;
        foreach (var list in lists)
        {
            revision = Math.Max(revision, list.Revision);
            if (!collection.HasForgotten(ordinal, list.Id))
            {
                database.UpsertList(collection.GraphKey(ordinal), list);
            }
        }

        database.RaiseRevision(revision);
    }
}

/// <summary>A list as the database keeps it.</summary>
/// <param name="Id">The point.</param>
/// <param name="Revision">Of the list.</param>
/// <param name="Entries">Encoded by <see cref="ListCodec"/>.</param>
internal readonly record struct StoredList(Guid Id, long Revision, byte[] Entries);
