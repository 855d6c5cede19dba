using MassTransit;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Messaging;
using Pipeline.Storage;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing;

/// <summary>
/// Deletes an image: first out of sight (its record), then its traces, then the tombstone that late messages meet.
/// A crash anywhere leaves it deleting, and the next delivery goes on.
/// </summary>
public sealed class DeleteImageConsumer(
    ImageCatalog images, Generations generations, IVectorIndex index, IBlobStore blobs, BlobReferences references) : IConsumer<DeleteImage>
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<DeleteImage> context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var command = context.Message;
        var ct = context.CancellationToken;
        var record = await images.UpdateAsync(
            command.Collection,
            command.ImageId,
            r => r is not null && r.Incarnation == command.Incarnation && r.Status != ImageStatus.Deleted ? r with { Status = ImageStatus.Deleting } : null,
            ct);
        if (record is not null && record.Incarnation != command.Incarnation)
        {
            // The command is about an earlier life; the image that was uploaded since stays.
            return;
        }

        if (record is { Status: ImageStatus.Deleting })
        {
            await RemoveTracesAsync(record, ct);
            await images.UpdateAsync(
                command.Collection,
                command.ImageId,
                r => r is { Status: ImageStatus.Deleting } && r.Incarnation == command.Incarnation ? Tombstone(r) : null,
                ct);
        }

        await context.Publish(ImageEvents.Deleted(command), ct);
    }

    private async Task RemoveTracesAsync(ImageRecord record, CancellationToken ct)
    {
        if (await generations.FindAsync(record.Collection, ct) is { } generation)
        {
            await index.DeleteAsync(generation.IndexName(record.Collection), [record.ImageId], ct);
        }

        await foreach (var blob in blobs.ListAsync(BlobKeys.FeaturesPrefix(record.Collection, record.ImageId), ct))
        {
            await blobs.DeleteAsync(blob.Key, ct);
        }

        if (record.ContentHash.Length > 0)
        {
            await references.ReleaseAsync(record.ContentHash, record.Collection, record.ImageId, record.Incarnation, ct);
        }
    }

    private static ImageRecord Tombstone(ImageRecord record) => new()
    {
        ImageId = record.ImageId,
        Collection = record.Collection,
        Tenant = record.Tenant,
        Status = ImageStatus.Deleted,
        Incarnation = record.Incarnation,
        CreatedAt = record.CreatedAt,
    };
}

/// <summary>Policy of the endpoint <c>deletion</c>.</summary>
public sealed class DeleteImageConsumerDefinition() : PipelineConsumerDefinition<DeleteImageConsumer>("deletion", stage: Stages.Index);
