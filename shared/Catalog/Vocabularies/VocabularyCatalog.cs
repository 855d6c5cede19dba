using Pipeline.Contracts.Commands;
using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>The trainings of vocabularies. Which vocabulary serves is said by <see cref="Generation.VocabularyVersion"/>.</summary>
public sealed class VocabularyCatalog(IStateStore store, TimeProvider time)
    : TrainingCatalog<TrainVocabulary, VocabularyTraining>(store, time, "vocabularies")
{
    /// <summary>Kind of the artifacts.</summary>
    public const string ArtifactKind = "words";

    /// <inheritdoc/>
    protected override string CollectionOf(TrainVocabulary command) => command.Collection;

    /// <inheritdoc/>
    protected override Guid IdOf(TrainVocabulary command) => command.CorrelationId;

    /// <inheritdoc/>
    protected override VocabularyTraining Open(TrainVocabulary command, TrainingState state, DateTimeOffset at) =>
        new() { Id = command.CorrelationId, State = state, Command = command, At = at };
}

/// <summary>One training of a vocabulary.</summary>
public sealed record VocabularyTraining : Training<TrainVocabulary>
{
    /// <summary>Number of visual words of the vocabulary.</summary>
    public int Words { get; init; }
}
