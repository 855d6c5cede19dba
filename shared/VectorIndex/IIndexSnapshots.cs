namespace Pipeline.VectorIndex;

/// <summary>Copies of single collections that an index makes and keeps itself, for backups. Aliases are not part of them.</summary>
public interface IIndexSnapshots
{
    /// <summary>Makes a snapshot; complete when the task completes.</summary>
    /// <exception cref="CollectionNotFoundException">There is no such collection.</exception>
    Task<IndexSnapshot> CreateSnapshotAsync(string collection, CancellationToken ct = default);

    /// <summary>The snapshots of a collection, oldest first.</summary>
    /// <exception cref="CollectionNotFoundException">There is no such collection.</exception>
    Task<IReadOnlyList<IndexSnapshot>> ListSnapshotsAsync(string collection, CancellationToken ct = default);

    /// <summary>Removes a snapshot.</summary>
    /// <returns>False if there was none.</returns>
    Task<bool> DeleteSnapshotAsync(string collection, string name, CancellationToken ct = default);

    /// <summary>Makes a collection what it was when the snapshot was made; it is created if it does not exist. What it holds is replaced.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="location">Where the index's server finds the snapshot: <c>file:///…</c> on its own disk, or <c>http(s)://…</c>.</param>
    /// <param name="ct">Cancels the wait.</param>
    /// <exception cref="ArgumentException">The snapshot cannot be used.</exception>
    Task RecoverAsync(string collection, Uri location, CancellationToken ct = default);
}

/// <summary>A copy of a collection.</summary>
/// <param name="Name">Distinct among the collection's snapshots.</param>
/// <param name="Bytes">Size.</param>
/// <param name="CreatedAt">When it was made, if that is known.</param>
/// <param name="Checksum">SHA-256 in hexadecimal, if that is known.</param>
public sealed record IndexSnapshot(string Name, long Bytes, DateTimeOffset? CreatedAt, string? Checksum);
