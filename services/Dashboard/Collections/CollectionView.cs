using Pipeline.Catalog;
using Pipeline.Storage;

namespace Pipeline.Dashboard.Collections;

/// <summary>A collection as its page shows it.</summary>
public sealed record CollectionView
{
    /// <summary>The collection's record.</summary>
    public required CollectionRecord Record { get; init; }

    /// <summary>Images by status.</summary>
    public required IReadOnlyDictionary<ImageStatus, long> Images { get; init; }

    /// <summary>How far the next generation is; null where there is none, or nothing is known of it yet.</summary>
    public GenerationProgress? Progress { get; init; }

    /// <summary>How far the latest rebuild is; null where there was none.</summary>
    public CollectionRebuild? Rebuild { get; init; }

    /// <summary>Its generations, latest first.</summary>
    public IReadOnlyList<GenerationEntry> Generations { get; init; } = [];

    /// <summary>Updates of the model, latest first.</summary>
    public IReadOnlyList<(ModelUpdate Update, ModelUpdateProgress? Progress)> Updates { get; init; } = [];

    /// <summary>Trainings of encoders, latest first.</summary>
    public IReadOnlyList<EncoderTraining> Encoders { get; init; } = [];

    /// <summary>Trainings of vocabularies, latest first.</summary>
    public IReadOnlyList<VocabularyTraining> Vocabularies { get; init; } = [];

    /// <summary>The artifacts that serve, with what they were made from: the model's ancestors from the latest on.</summary>
    public IReadOnlyList<Artifact> Lineage { get; init; } = [];
}
