namespace Pipeline.Contracts;

/// <summary>
/// What a collection wants otherwise than the services are configured. Everything is optional: what is null is as
/// configured, so a collection without settings behaves as it always did. <see cref="CollectionSettingsRules"/> says what is allowed.
/// </summary>
public sealed record CollectionSettings
{
    /// <summary>Hash codes.</summary>
    public EncoderSettings Encoder { get; init; } = new();

    /// <summary>Visual words.</summary>
    public VocabularySettings Vocabulary { get; init; } = new();

    /// <summary>The CNN model.</summary>
    public ModelSettings Model { get; init; } = new();

    /// <summary>What is refused.</summary>
    public LimitSettings Limits { get; init; } = new();

    /// <summary>What goes by itself.</summary>
    public RetentionSettings Retention { get; init; } = new();
}

/// <summary>A collection's hash codes.</summary>
public sealed record EncoderSettings
{
    /// <summary>The encoder artifact whose codes the collection begins with, <c>hash-…</c>; once it has images, a training or a re-index changes it.</summary>
    public string? Version { get; init; }

    /// <summary>Length of codes that trainings learn unless their command says so: a multiple of 8 from 16 to 256.</summary>
    public int? Bits { get; init; }

    /// <summary>Names of the methods that trainings compare unless their command says so, 1 to 64.</summary>
    public IReadOnlyList<string>? Methods { get; init; }

    /// <summary>Whether encoders are trained by themselves once there are enough images.</summary>
    public bool? Automatic { get; init; }
}

/// <summary>A collection's visual words.</summary>
public sealed record VocabularySettings
{
    /// <summary>The vocabulary artifact that the collection begins with, <c>words-…</c>, in place of one trained by itself.</summary>
    public string? Version { get; init; }

    /// <summary>Number of words that trainings learn unless their command says so, 1 to 1,000,000.</summary>
    public int? Words { get; init; }

    /// <summary>Whether a vocabulary is trained by itself once there are enough images.</summary>
    public bool? Automatic { get; init; }
}

/// <summary>A collection's CNN model.</summary>
public sealed record ModelSettings
{
    /// <summary>Whether the model is updated by itself once there are enough new pairs.</summary>
    public bool? Automatic { get; init; }
}

/// <summary>What a collection refuses, beside what the services are configured to refuse.</summary>
public sealed record LimitSettings
{
    /// <summary>Most images, at least 1. Uploads that are taken in at the same moment may exceed it by their number.</summary>
    public long? MaxImages { get; init; }

    /// <summary>Most bytes of an image's file, at least 1.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>Most pixels of an image, width × height, at least 1.</summary>
    public long? MaxPixels { get; init; }

    /// <summary>Most labels that an image may gather from all its uploads, at least 0.</summary>
    public int? MaxLabels { get; init; }

    /// <summary>Most external ids that an image may gather from all its uploads, at least 1.</summary>
    public int? MaxExternalIds { get; init; }
}

/// <summary>What goes from a collection by itself.</summary>
public sealed record RetentionSettings
{
    /// <summary>
    /// Age in days, 1 to 36,500, at which an image is deleted. It counts from the time that its upload names, or else from the upload.
    /// </summary>
    public int? Days { get; init; }
}
