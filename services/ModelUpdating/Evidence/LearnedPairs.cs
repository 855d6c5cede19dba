using Pipeline.Catalog;
using Pipeline.Storage;

namespace Pipeline.ModelUpdating.Evidence;

/// <summary>
/// Which pairs each model of a collection has learned, itself or through those that it was made from: what they show is rehearsed, not learned again. By
/// the model and not by the collection, so that a rejected head's pairs stay new, and a roll-back goes back in this too.
/// </summary>
public sealed class LearnedPairs(IBlobStore blobs)
{
    /// <summary>The pairs that a model has learned, as hashes in ascending order; none where nothing was noted of it.</summary>
    internal Task<ulong[]> ReadAsync(string collection, string version, CancellationToken ct) =>
        PairHash.ReadAsync(blobs, BlobKeys.LearnedPairs(collection, version), ct);

    /// <summary>Notes what a model has learned.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="version">The model.</param>
    /// <param name="hashes">The pairs; sorted in place.</param>
    /// <param name="ct">Cancels.</param>
    internal Task NoteAsync(string collection, string version, ulong[] hashes, CancellationToken ct) =>
        PairHash.StoreAsync(blobs, BlobKeys.LearnedPairs(collection, version), hashes, ct);
}
