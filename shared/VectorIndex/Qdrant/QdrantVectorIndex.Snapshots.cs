using System.Globalization;
using Pipeline.VectorIndex.Qdrant.Wire;

namespace Pipeline.VectorIndex.Qdrant;

/// <content>Snapshots.</content>
public sealed partial class QdrantVectorIndex
{
    /// <inheritdoc/>
    public Task<IndexSnapshot> CreateSnapshotAsync(string collection, CancellationToken ct = default) =>
        WithSpacesAsync(collection, async _ => ToSnapshot(await _requests.CreateSnapshotAsync(collection, ct)), ct);

    /// <inheritdoc/>
    public Task<IReadOnlyList<IndexSnapshot>> ListSnapshotsAsync(string collection, CancellationToken ct = default) =>
        WithSpacesAsync<IReadOnlyList<IndexSnapshot>>(
            collection,
            async _ =>
            [
                .. (await _requests.ListSnapshotsAsync(collection, ct)).Select(ToSnapshot)
                    .OrderBy(snapshot => snapshot.CreatedAt).ThenBy(snapshot => snapshot.Name, StringComparer.Ordinal),
            ],
            ct);

    /// <inheritdoc/>
    public async Task<bool> DeleteSnapshotAsync(string collection, string name, CancellationToken ct = default)
    {
        ThrowIfDisposed();
        ArgumentException.ThrowIfNullOrEmpty(collection);
        IndexNames.ThrowIfBad(name);
        try
        {
            return await _requests.DeleteSnapshotAsync(collection, name, ct);
        }
        catch (QdrantRefusedException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async Task RecoverAsync(string collection, Uri location, CancellationToken ct = default)
    {
        ThrowIfDisposed();
        IndexNames.ThrowIfBad(collection);
        ArgumentNullException.ThrowIfNull(location);
        _spaces.TryRemove(collection, out _);
        try
        {
            // The snapshot counts, whatever other replicas have by now.
            await _requests.RecoverAsync(collection, new RecoverSnapshot { Location = location.AbsoluteUri, Priority = "snapshot" }, ct);
        }
        catch (QdrantRefusedException e)
        {
            throw new ArgumentException(e.Message, e);
        }
    }

    private static IndexSnapshot ToSnapshot(SnapshotDescription snapshot) => new(
        snapshot.Name,
        snapshot.Size,
        DateTimeOffset.TryParse(snapshot.CreationTime, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null,
        snapshot.Checksum);
}
