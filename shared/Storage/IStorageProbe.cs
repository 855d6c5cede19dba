namespace Pipeline.Storage;

/// <summary>Asks a store whether it can do its work now; for readiness checks.</summary>
public interface IStorageProbe
{
    /// <summary>What is probed: <c>blobs</c>, <c>state</c> or <c>index</c>.</summary>
    string Name { get; }

    /// <summary>Returns when the store works.</summary>
    /// <exception cref="StorageUnavailableException">It does not; the message says why.</exception>
    Task ProbeAsync(CancellationToken ct);
}
