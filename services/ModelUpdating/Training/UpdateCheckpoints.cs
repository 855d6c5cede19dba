using System.Security.Cryptography;
using Pipeline.Catalog;
using Pipeline.Storage;

namespace Pipeline.ModelUpdating.Training;

/// <summary>
/// Where trainings stand, for whoever takes one up after its process died. A checkpoint is never worth a training: what cannot be stored is
/// logged, what does not fit is begun anew.
/// </summary>
public sealed partial class UpdateCheckpoints(IBlobStore blobs, ILogger<UpdateCheckpoints> logger)
{
    private volatile bool _isFailing;

    /// <summary>What an earlier attempt on the same inputs left; null if there is nothing, or of other inputs.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="update">The update.</param>
    /// <param name="digest">Of the inputs.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<ReadOnlyMemory<byte>?> TryReadAsync(string collection, Guid update, byte[] digest, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(digest);
        if (await blobs.TryReadAsync(BlobKeys.ModelUpdateCheckpoint(collection, update), ct) is not { } stored)
        {
            return null;
        }

        if (stored.AsSpan().StartsWith(digest))
        {
            return stored.AsMemory(SHA256.HashSizeInBytes);
        }

        LogOther(logger, update, collection);
        return null;
    }

    /// <summary>Stores where a training stands.</summary>
    public async Task SaveAsync(string collection, Guid update, byte[] digest, byte[] checkpoint, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(digest);
        ArgumentNullException.ThrowIfNull(checkpoint);
        try
        {
            await blobs.PutAsync(BlobKeys.ModelUpdateCheckpoint(collection, update), (byte[])[.. digest, .. checkpoint], ct);
            _isFailing = false;
        }
        catch (StorageUnavailableException e)
        {
            // Once, not at every checkpoint while the disk is full.
            if (!_isFailing)
            {
                _isFailing = true;
                LogNotSaved(logger, e, update, collection);
            }
        }
    }

    /// <summary>Says that a checkpoint cannot be gone on from.</summary>
    public void Damaged(string collection, Guid update, Exception why) => LogDamaged(logger, why, update, collection);

    /// <summary>Removes what an update leaves, once it is over.</summary>
    public async Task RemoveAsync(string collection, Guid update, CancellationToken ct)
    {
        try
        {
            await blobs.DeleteAsync(BlobKeys.ModelUpdateCheckpoint(collection, update), ct);
            await blobs.DeleteAsync(BlobKeys.ModelUpdatePlan(collection, update), ct);
        }
        catch (StorageUnavailableException e)
        {
            LogLeft(logger, e, update, collection);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The checkpoint of the update {Update} of {Collection} is of other inputs; the training begins anew")]
    private static partial void LogOther(ILogger logger, Guid update, string collection);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The checkpoint of the update {Update} of {Collection} cannot be gone on from; the training begins anew")]
    private static partial void LogDamaged(ILogger logger, Exception exception, Guid update, string collection);

    [LoggerMessage(Level = LogLevel.Error, Message = "No checkpoint of the update {Update} of {Collection} can be stored; the training goes on without")]
    private static partial void LogNotSaved(ILogger logger, Exception exception, Guid update, string collection);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What the update {Update} of {Collection} left behind cannot be removed now")]
    private static partial void LogLeft(ILogger logger, Exception exception, Guid update, string collection);
}
