namespace Pipeline.Catalog;

/// <summary>What a stage came to for one image.</summary>
public sealed record StageOutcome
{
    /// <summary>True if the stage's output exists, false if the stage rejected the image.</summary>
    public required bool Done { get; init; }

    /// <summary>The artifact or settings version that made the output.</summary>
    public string? Version { get; init; }

    /// <summary>Blob key of the output, where it is a blob.</summary>
    public string? FeatureKey { get; init; }

    /// <summary>The output itself, where it is small: the binary code.</summary>
    public byte[]? Code { get; init; }

    /// <summary>The model artifact of the embedding that a code was made of; null for the backbone.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>Why the stage rejected, a stable code.</summary>
    public string? Reason { get; init; }

    /// <summary>Why the stage rejected, for people.</summary>
    public string? Detail { get; init; }

    /// <summary>When, UTC.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Whether this is a code that an encoder made of an embedding of a generation's model.</summary>
    public bool IsCodeOf(Generation generation, string? encoderVersion)
    {
        ArgumentNullException.ThrowIfNull(generation);
        return Done && Code is not null && Version == encoderVersion && (ModelVersion ?? generation.Backbone) == generation.ModelVersion;
    }

    /// <summary>Whether this says the same as <paramref name="other"/>, the time aside.</summary>
    public bool SameAs(StageOutcome? other) =>
        other is not null
        && Done == other.Done
        && Version == other.Version
        && FeatureKey == other.FeatureKey
        && ModelVersion == other.ModelVersion
        && Reason == other.Reason
        && (Code ?? []).AsSpan().SequenceEqual(other.Code);
}
