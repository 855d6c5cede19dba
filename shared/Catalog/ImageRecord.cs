using System.Text.Json.Serialization;
using Pipeline.Contracts;

namespace Pipeline.Catalog;

/// <summary>What the catalog knows of one image: one record, changed by compare-and-set only.</summary>
public sealed record ImageRecord
{
    /// <summary>The image's id; for an upload rejected before its bytes were known, the upload's id.</summary>
    public required Guid ImageId { get; init; }

    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>The tenant within the collection.</summary>
    public string Tenant { get; init; } = Tenants.Default;

    /// <summary>Where the image is in its life.</summary>
    public required ImageStatus Status { get; init; }

    /// <summary>Counts lives: deleted and uploaded again is a new one. Starts at 1.</summary>
    public int Incarnation { get; init; } = 1;

    /// <summary>Lower-case hexadecimal SHA-256 of the bytes; empty if they were never had.</summary>
    public string ContentHash { get; init; } = "";

    /// <summary>Blob key of the bytes; empty if they are not kept.</summary>
    public string BlobKey { get; init; } = "";

    /// <summary>Format by content.</summary>
    public string Format { get; init; } = "";

    /// <summary>Width in pixels, after EXIF rotation.</summary>
    public int Width { get; init; }

    /// <summary>Height in pixels, after EXIF rotation.</summary>
    public int Height { get; init; }

    /// <summary>Size of the file in bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>The names its publishers gave it, in order of arrival.</summary>
    public IReadOnlyList<string> ExternalIds { get; init; } = [];

    /// <summary>Its labels.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>What people said of it and others, by ascending id of the other.</summary>
    public IReadOnlyList<PairVerdict> Verdicts { get; init; } = [];

    /// <summary>Counts changes of external ids, labels and visual words, so that it is known when the image's point in the index is old.</summary>
    public int PayloadRevision { get; init; } = 1;

    /// <summary>The revision that the index holds; 0 before the image is indexed.</summary>
    public int IndexedRevision { get; init; }

    /// <summary>What each stage came to, by the names of <see cref="Stages"/>.</summary>
    public IReadOnlyDictionary<string, StageOutcome> Stages { get; init; } = new Dictionary<string, StageOutcome>();

    /// <summary>Why the image was rejected, a code of <see cref="RejectionReasons"/>.</summary>
    public string? RejectionReason { get; init; }

    /// <summary>Why the image was rejected, for people.</summary>
    public string? RejectionDetail { get; init; }

    /// <summary>Follows the upload through services and logs.</summary>
    public Guid CorrelationId { get; init; }

    /// <summary>The traffic class of its upload.</summary>
    public TrafficClass Traffic { get; init; }

    /// <summary>When the upload was accepted or rejected, UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The time that its upload names; null where it names none.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>From when its age counts, UTC.</summary>
    [JsonIgnore]
    public DateTimeOffset AgesFrom => Timestamp ?? CreatedAt;

    /// <summary>When the record last changed, UTC.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>What messages about the image say of it.</summary>
    public EventHeader ToHeader() => new(Collection, Tenant, ImageId, CorrelationId, Incarnation, Traffic);

    /// <summary>Blob key of a stage's output if it is of this version; null where there is none, or of another.</summary>
    public string? OutputKey(string stage, string? version) =>
        stage == Contracts.Stages.Words ? Words().FirstOrDefault(words => words.Version == version)?.FeatureKey
        : Stages.TryGetValue(stage, out var outcome) && outcome is { Done: true, FeatureKey: { } key } && outcome.Version == version ? key : null;

    /// <summary>
    /// Blob key of the image's features of a model; null where there are none. Those of the model that is to serve next, or served before, are
    /// there if there is a code of them.
    /// </summary>
    public string? FeaturesKey(string modelVersion) =>
        OutputKey(Contracts.Stages.Cnn, modelVersion)
        ?? (Codes().Any(code => code.ModelVersion == modelVersion) ? BlobKeys.Cnn(Collection, ImageId, Incarnation, modelVersion) : null);

    /// <summary>The image's code of an encoder, by the model of a generation; null where there is none.</summary>
    public byte[]? CodeOf(Generation? generation, string? encoderVersion) =>
        generation is null ? null : Codes().FirstOrDefault(code => code.IsCodeOf(generation, encoderVersion))?.Code;

    /// <summary>All bags of visual words that are known.</summary>
    public IEnumerable<StageOutcome> Words()
    {
        foreach (var stage in (string[])[Contracts.Stages.Words, Contracts.Stages.NextWords, Contracts.Stages.PreviousWords])
        {
            if (Stages.TryGetValue(stage, out var outcome) && outcome is { Done: true, FeatureKey: not null })
            {
                yield return outcome;
            }
        }
    }

    /// <summary>All codes that are known.</summary>
    public IEnumerable<StageOutcome> Codes()
    {
        foreach (var stage in (string[])[Contracts.Stages.Hash, Contracts.Stages.NextHash, Contracts.Stages.NextModel, Contracts.Stages.PreviousModel])
        {
            if (Stages.TryGetValue(stage, out var outcome) && outcome is { Done: true, Code: not null })
            {
                yield return outcome;
            }
        }
    }

    /// <summary>Whether a late message about <paramref name="incarnation"/> still concerns this record.</summary>
    public bool IsLive(int incarnation) =>
        incarnation == Incarnation && Status is not (ImageStatus.Deleting or ImageStatus.Deleted);
}
