namespace Pipeline.Catalog;

/// <summary>What is known of a collection's trainings of one kind.</summary>
/// <typeparam name="TTraining">The kind.</typeparam>
public sealed record TrainingRecord<TTraining>
    where TTraining : class, ITraining
{
    /// <summary>The latest trainings, in the order in which they were begun; at most <see cref="TrainingCatalog{TCommand, TTraining}.MaxTrainings"/>.</summary>
    public IReadOnlyList<TTraining> Trainings { get; init; } = [];

    /// <summary>Which attempt is training now, whatever process it is in; null if none is.</summary>
    public Guid? Holder { get; init; }

    /// <summary>Until when the attempt is to be believed alive, UTC.</summary>
    public DateTimeOffset HeldUntil { get; init; }

    /// <summary>The training of which the result is to serve: the last one that came to something to serve.</summary>
    public Guid? Serving { get; init; }

    /// <summary>The training that the collection asked for by itself, once it was large enough.</summary>
    public AutomaticTraining? Automatic { get; init; }

    /// <summary>The training of this id, or null.</summary>
    public TTraining? Find(Guid training) => Trainings.FirstOrDefault(t => t.Id == training);
}

/// <summary>A training that a collection asked for by itself.</summary>
/// <param name="Id">Its id.</param>
/// <param name="At">When it was last asked for, UTC.</param>
/// <param name="Published">Whether the command is known to have been published.</param>
public sealed record AutomaticTraining(Guid Id, DateTimeOffset At, bool Published);
