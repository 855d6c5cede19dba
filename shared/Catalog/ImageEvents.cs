using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;

namespace Pipeline.Catalog;

/// <summary>Makes events from an image's record.</summary>
public static class ImageEvents
{
    /// <summary>The image is accepted; feature extraction may begin.</summary>
    public static ImageAccepted Accepted(ImageRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return new()
        {
            Collection = record.Collection,
            Tenant = record.Tenant,
            ImageId = record.ImageId,
            CorrelationId = record.CorrelationId,
            Incarnation = record.Incarnation,
            Traffic = record.Traffic,
            ContentHash = record.ContentHash,
            BlobKey = record.BlobKey,
            Format = record.Format,
            Width = record.Width,
            Height = record.Height,
        };
    }

    /// <summary>The image is to be deleted.</summary>
    public static DeleteImage Delete(ImageRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return new()
        {
            Collection = record.Collection,
            Tenant = record.Tenant,
            ImageId = record.ImageId,
            CorrelationId = record.CorrelationId,
            Incarnation = record.Incarnation,
            Traffic = record.Traffic,
        };
    }

    /// <summary>The image is gone.</summary>
    public static ImageDeleted Deleted(DeleteImage command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return new()
        {
            Collection = command.Collection,
            Tenant = command.Tenant,
            ImageId = command.ImageId,
            CorrelationId = command.CorrelationId,
            Incarnation = command.Incarnation,
            Traffic = command.Traffic,
        };
    }

    /// <summary>The image is in the index.</summary>
    public static ImageIndexed Indexed(ImageRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return new()
        {
            Collection = record.Collection,
            Tenant = record.Tenant,
            ImageId = record.ImageId,
            CorrelationId = record.CorrelationId,
            Incarnation = record.Incarnation,
            Traffic = record.Traffic,
            MissingStages = [.. record.Stages.Where(s => !s.Value.Done).Select(s => s.Key).Order(StringComparer.Ordinal)],
            ModelVersion = VersionOf(Contracts.Stages.Cnn),
            EncoderVersion = VersionOf(Contracts.Stages.Hash),
            SiftVersion = VersionOf(Contracts.Stages.Sift),
            IndexedAt = record.UpdatedAt,
        };

        string? VersionOf(string stage) => record.Stages.TryGetValue(stage, out var outcome) && outcome.Done ? outcome.Version : null;
    }
}
