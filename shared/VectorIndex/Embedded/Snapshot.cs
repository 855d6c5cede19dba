namespace Pipeline.VectorIndex.Embedded;

/// <summary>
/// One state of a collection. A row shown by a snapshot that has readers is neither overwritten nor reused.
/// <see cref="Enter"/> is called under the collection's gate, and only on its newest snapshot.
/// </summary>
internal sealed class Snapshot(long version, LiveRows live)
{
    private int _readers;

    public long Version => version;

    public LiveRows Live => live;

    public bool HasReaders => Volatile.Read(ref _readers) != 0;

    public void Enter() => Interlocked.Increment(ref _readers);

    public void Leave() => Interlocked.Decrement(ref _readers);
}
