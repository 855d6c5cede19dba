using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>What the catalog must know of an image that cannot be computed from its bytes; kept beside them as a blob.</summary>
public sealed record ImageManifest
{
    /// <summary>The image's id.</summary>
    public required Guid ImageId { get; init; }

    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>The tenant within the collection.</summary>
    public required string Tenant { get; init; }

    /// <summary>The life that this is about.</summary>
    public required int Incarnation { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of the bytes.</summary>
    public required string ContentHash { get; init; }

    /// <summary>Format by content.</summary>
    public required string Format { get; init; }

    /// <summary>Width in pixels, after EXIF rotation.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels, after EXIF rotation.</summary>
    public required int Height { get; init; }

    /// <summary>Size of the file in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>The names its publishers gave it, in order of arrival.</summary>
    public IReadOnlyList<string> ExternalIds { get; init; } = [];

    /// <summary>Its labels.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>What people said of it and others.</summary>
    public IReadOnlyList<PairVerdict> Verdicts { get; init; } = [];

    /// <summary>The upload that brought it.</summary>
    public Guid CorrelationId { get; init; }

    /// <summary>The traffic class of that upload.</summary>
    public TrafficClass Traffic { get; init; }

    /// <summary>When that was accepted, UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The time that it names, or null.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>What a record says that belongs in a manifest.</summary>
    public static ImageManifest Of(ImageRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return new ImageManifest
        {
            ImageId = record.ImageId,
            Collection = record.Collection,
            Tenant = record.Tenant,
            Incarnation = record.Incarnation,
            ContentHash = record.ContentHash,
            Format = record.Format,
            Width = record.Width,
            Height = record.Height,
            Bytes = record.Bytes,
            ExternalIds = record.ExternalIds,
            Labels = record.Labels,
            Verdicts = record.Verdicts,
            CorrelationId = record.CorrelationId,
            Traffic = record.Traffic,
            CreatedAt = record.CreatedAt,
            Timestamp = record.Timestamp,
        };
    }

    /// <summary>The record of the image as it was when it had just been accepted.</summary>
    public ImageRecord ToRecord() => new()
    {
        ImageId = ImageId,
        Collection = Collection,
        Tenant = Tenant,
        Status = ImageStatus.Processing,
        Incarnation = Incarnation,
        ContentHash = ContentHash,
        BlobKey = BlobKeys.Image(ContentHash),
        Format = Format,
        Width = Width,
        Height = Height,
        Bytes = Bytes,
        ExternalIds = ExternalIds,
        Labels = Labels,
        Verdicts = Verdicts,
        CorrelationId = CorrelationId,
        Traffic = Traffic,
        CreatedAt = CreatedAt,
        Timestamp = Timestamp,
    };

    /// <summary>The manifest as it is stored.</summary>
    public byte[] Serialize() => JsonSerializer.SerializeToUtf8Bytes(this, StateJson.Options);

    /// <summary>Reads a stored manifest.</summary>
    /// <exception cref="JsonException">It is damaged.</exception>
    public static ImageManifest Parse(ReadOnlySpan<byte> stored) =>
        JsonSerializer.Deserialize<ImageManifest>(stored, StateJson.Options) ?? throw new JsonException("The manifest is null.");
}
