namespace Pipeline.Indexing;

/// <summary>One artifact of a collection takes another's place, once all that is needed for it is there.</summary>
public interface ICollectionChange
{
    /// <summary>
    /// Looks whether a change of the collection can be ended, ends it, and removes what it leaves behind. Killed anywhere, the next look goes on.
    /// </summary>
    Task SweepAsync(string collection, CancellationToken ct);
}
