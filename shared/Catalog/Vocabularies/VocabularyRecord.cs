using System.Text.Json.Serialization;
using Pipeline.Contracts.Commands;

namespace Pipeline.Catalog;

/// <summary>What is known of a collection's trainings of a vocabulary.</summary>
public sealed record VocabularyRecord
{
    /// <summary>The latest trainings, in the order in which they were begun; at most <see cref="VocabularyCatalog.MaxTrainings"/>.</summary>
    public IReadOnlyList<VocabularyTraining> Trainings { get; init; } = [];

    /// <summary>Which attempt is training now, whatever process it is in; null if none is.</summary>
    public Guid? Holder { get; init; }

    /// <summary>Until when the attempt is to be believed alive, UTC.</summary>
    public DateTimeOffset HeldUntil { get; init; }

    /// <summary>The training whose vocabulary is to serve: the last one that was done.</summary>
    public Guid? Serving { get; init; }

    /// <summary>The training that the collection asked for by itself, once it was large enough.</summary>
    public AutomaticTraining? Automatic { get; init; }

    /// <summary>The training of this id, or null.</summary>
    public VocabularyTraining? Find(Guid training) => Trainings.FirstOrDefault(t => t.Id == training);
}

/// <summary>A training that a collection asked for by itself.</summary>
/// <param name="Id">Its id.</param>
/// <param name="At">When it was last asked for, UTC.</param>
/// <param name="Published">Whether the command is known to have been published.</param>
public sealed record AutomaticTraining(Guid Id, DateTimeOffset At, bool Published);

/// <summary>One training.</summary>
public sealed record VocabularyTraining
{
    /// <summary>The correlation id of <see cref="Command"/>.</summary>
    public required Guid Id { get; init; }

    /// <summary>How far it is.</summary>
    public required VocabularyTrainingState State { get; init; }

    /// <summary>The command, kept while nothing has come of it, for publishing it again after a crash.</summary>
    public TrainVocabulary? Command { get; init; }

    /// <summary>Whether something is still to come of it.</summary>
    [JsonIgnore]
    public bool IsOpen => State is VocabularyTrainingState.Requested or VocabularyTrainingState.Running;

    /// <summary>The vocabulary artifact that came of it, once done.</summary>
    public string? Version { get; init; }

    /// <summary>Number of visual words of that vocabulary.</summary>
    public int Words { get; init; }

    /// <summary>Why there will be none, where it failed for good.</summary>
    public string? Reason { get; init; }

    /// <summary>When this state was reached, UTC.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>How far a training is.</summary>
public enum VocabularyTrainingState
{
    /// <summary>Asked for, not begun yet.</summary>
    Requested,

    /// <summary>Begun; perhaps interrupted, and then it is begun again.</summary>
    Running,

    /// <summary>Its vocabulary is in the registry.</summary>
    Done,

    /// <summary>Impossible as it was asked for.</summary>
    Failed,
}
