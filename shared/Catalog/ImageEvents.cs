using Pipeline.Contracts;
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
        return new ImageAccepted
        {
            Collection = record.Collection,
            ImageId = record.ImageId,
            ContentHash = record.ContentHash,
            BlobKey = record.BlobKey,
            Format = record.Format,
            Width = record.Width,
            Height = record.Height,
        }.About(record.ToHeader());
    }

    /// <summary>The image is to be deleted.</summary>
    public static DeleteImage Delete(ImageRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return new DeleteImage { Collection = record.Collection, ImageId = record.ImageId }.About(record.ToHeader());
    }

    /// <summary>The image is gone.</summary>
    public static ImageDeleted Deleted(DeleteImage command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return new ImageDeleted { Collection = command.Collection, ImageId = command.ImageId }.About(command);
    }

    /// <summary>The image is in the index.</summary>
    /// <param name="record">Its record.</param>
    /// <param name="generation">What serves the collection: words and codes of other artifacts are not in the index.</param>
    public static ImageIndexed Indexed(ImageRecord record, Generation? generation)
    {
        ArgumentNullException.ThrowIfNull(record);
        return new ImageIndexed
        {
            Collection = record.Collection,
            ImageId = record.ImageId,
            MissingStages = [.. record.Stages.Where(s => !s.Value.Done).Select(s => s.Key).Order(StringComparer.Ordinal)],
            ModelVersion = generation is not null && record.FeaturesKey(generation.ModelVersion) is not null ? generation.ModelVersion : VersionOf(Stages.Cnn),
            EncoderVersion = record.CodeOf(generation, generation?.EncoderVersion) is null ? null : generation!.EncoderVersion,
            SiftVersion = VersionOf(Stages.Sift),
            VocabularyVersion = record.OutputKey(Stages.Words, generation?.VocabularyVersion) is null ? null : generation!.VocabularyVersion,
            IndexedAt = record.UpdatedAt,
        }.About(record.ToHeader());

        string? VersionOf(string stage) => record.Stages.TryGetValue(stage, out var outcome) && outcome.Done ? outcome.Version : null;
    }
}
