using Pipeline.Contracts.Commands;
using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>
/// The trainings of hash encoders. Which encoder serves is said by <see cref="Generation.EncoderVersion"/>, and which one is about to
/// by <see cref="Generation.NextEncoder"/>.
/// </summary>
public sealed class EncoderCatalog(IStateStore store, TimeProvider time)
    : TrainingCatalog<TrainEncoder, EncoderTraining>(store, time, "encoders")
{
    /// <summary>Kind of the artifacts.</summary>
    public const string ArtifactKind = "hash";

    /// <inheritdoc/>
    protected override string CollectionOf(TrainEncoder command) => command.Collection;

    /// <inheritdoc/>
    protected override Guid IdOf(TrainEncoder command) => command.CorrelationId;

    /// <inheritdoc/>
    protected override EncoderTraining Open(TrainEncoder command, TrainingState state, DateTimeOffset at) =>
        new() { Id = command.CorrelationId, State = state, Command = command, At = at };
}
