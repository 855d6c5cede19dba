namespace Pipeline.VectorIndex.Embedded;

/// <summary>Numbers the changes of all graphs of an index.</summary>
/// <param name="last">The greatest number given so far.</param>
internal sealed class RevisionCounter(long last)
{
    private long _last = last;

    public long Next() => Interlocked.Increment(ref _last);
}
