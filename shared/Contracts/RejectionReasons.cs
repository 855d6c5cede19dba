namespace Pipeline.Contracts;

/// <summary>
/// Stable codes of permanent errors, in <see cref="Events.ImageRejected.Reason"/> and in HTTP problem details.
/// Codes are never renamed or reused.
/// </summary>
public static class RejectionReasons
{
    /// <summary>The event is not JSON, lacks a required field or has a field of the wrong type.</summary>
    public const string MalformedEvent = "malformed-event";

    /// <summary>The event's schema version is not one this system reads.</summary>
    public const string UnknownSchemaVersion = "unknown-schema-version";

    /// <summary>The collection's or tenant's name breaks the naming rule.</summary>
    public const string InvalidCollection = "invalid-collection";

    /// <summary>There is no such collection.</summary>
    public const string UnknownCollection = "unknown-collection";

    /// <summary>The reference is not a well-formed file, http(s) or object reference, or climbs out with "..".</summary>
    public const string InvalidReference = "invalid-reference";

    /// <summary>The reference points outside the allowed roots or hosts, or to a private address.</summary>
    public const string ForbiddenReference = "forbidden-reference";

    /// <summary>Nothing is there under the reference.</summary>
    public const string SourceNotFound = "source-not-found";

    /// <summary>The file has no bytes.</summary>
    public const string EmptyFile = "empty-file";

    /// <summary>The file has more bytes than allowed.</summary>
    public const string TooManyBytes = "too-many-bytes";

    /// <summary>Width × height is more than allowed, read from the header before any pixel.</summary>
    public const string TooManyPixels = "too-many-pixels";

    /// <summary>The image has more frames or pages than allowed.</summary>
    public const string TooManyFrames = "too-many-frames";

    /// <summary>A side is shorter than features can be computed on.</summary>
    public const string TooSmall = "too-small";

    /// <summary>The bytes are no image in a supported format.</summary>
    public const string UnsupportedFormat = "unsupported-format";

    /// <summary>The header is good but the pixels cannot be decoded in full: truncated or corrupt.</summary>
    public const string CorruptImage = "corrupt-image";

    /// <summary>The model makes nothing of the picture: an embedding of zeros, or of values that are not finite.</summary>
    public const string NoFeatures = "no-features";

    /// <summary>The collection has as many images as its settings allow.</summary>
    public const string CollectionFull = "collection-full";

    /// <summary>The image would gather more labels from its uploads than the collection's settings allow.</summary>
    public const string TooManyLabels = "too-many-labels";

    /// <summary>The image would gather more external ids from its uploads than the collection's settings allow.</summary>
    public const string TooManyExternalIds = "too-many-external-ids";
}
