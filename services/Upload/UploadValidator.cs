using Pipeline.Contracts;
using Pipeline.Contracts.Events;

namespace Pipeline.Upload;

/// <summary>The rules an upload event must obey, checked before anything is fetched.</summary>
public static class UploadValidator
{
    /// <summary>Answers what is wrong with the event, or null.</summary>
    public static Rejection? Check(ImageUploaded upload)
    {
        ArgumentNullException.ThrowIfNull(upload);
        if (upload.SchemaVersion != SchemaVersions.Current)
        {
            return new(RejectionReasons.UnknownSchemaVersion, $"schemaVersion is {upload.SchemaVersion}; this system reads {SchemaVersions.Current}.");
        }

        // A lenient JSON reader leaves required members null where the publisher left them out.
        if (upload.Collection is null || upload.Source is null)
        {
            return new(RejectionReasons.MalformedEvent, upload.Collection is null ? "collection is missing." : "source is missing.");
        }

        if (!CollectionName.IsValid(upload.Collection))
        {
            return new(RejectionReasons.InvalidCollection, "collection must be 1 to 63 of a-z 0-9 - _ and begin with a letter or digit.");
        }

        if (!CollectionName.IsValid(upload.Tenant))
        {
            return new(RejectionReasons.InvalidCollection, "tenant must be 1 to 63 of a-z 0-9 - _ and begin with a letter or digit.");
        }

        if (UploadRules.Check(upload) is { } problem)
        {
            return new(RejectionReasons.MalformedEvent, problem);
        }

        var sources = (upload.Source.Uri is null ? 0 : 1) + (upload.Source.ObjectKey is null ? 0 : 1) + (upload.Source.Bytes is null ? 0 : 1);
        return sources == 1 ? null : new(RejectionReasons.MalformedEvent, "source must have exactly one of uri, objectKey and bytes.");
    }
}
