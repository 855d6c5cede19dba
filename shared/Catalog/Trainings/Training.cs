using System.Text.Json.Serialization;

namespace Pipeline.Catalog;

/// <summary>One training of something that a collection learns.</summary>
/// <typeparam name="TCommand">The command that asks for it.</typeparam>
public abstract record Training<TCommand> : ITraining
    where TCommand : class
{
    /// <summary>The correlation id of <see cref="Command"/>.</summary>
    public required Guid Id { get; init; }

    /// <summary>How far it is.</summary>
    public required TrainingState State { get; init; }

    /// <summary>The command, kept while nothing has come of it, for publishing it again after a crash.</summary>
    public TCommand? Command { get; init; }

    /// <summary>Whether something is still to come of it.</summary>
    [JsonIgnore]
    public bool IsOpen => State is TrainingState.Requested or TrainingState.Running;

    /// <summary>Whether what came of it is to serve the collection.</summary>
    [JsonIgnore]
    public virtual bool IsToServe => State == TrainingState.Done;

    /// <summary>The artifact that came of it, once done.</summary>
    public string? Version { get; init; }

    /// <summary>Why there will be none, where it failed for good.</summary>
    public string? Reason { get; init; }

    /// <summary>When this state was reached, UTC.</summary>
    public required DateTimeOffset At { get; init; }
}
