using Pipeline.Catalog;

namespace Pipeline.Gateway.Models;

/// <summary>How a model is to be updated; what is not said is as configured.</summary>
public sealed record ModelUpdateRequest
{
    /// <summary>Seed of what is kept back and what batches are drawn.</summary>
    public int? Seed { get; init; }
}

/// <summary>An update was asked for.</summary>
/// <param name="Update">Its id.</param>
public sealed record ModelUpdateResponse(Guid Update);

/// <summary>An update of a model.</summary>
public sealed record ModelUpdateStatus
{
    /// <summary>Its id.</summary>
    public required Guid Update { get; init; }

    /// <summary><c>requested</c>, <c>running</c>, <c>done</c> or <c>failed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>What it is or was last at: <c>specialist</c>, <c>synthesis</c> or <c>training</c>; null before the first step.</summary>
    public string? Phase { get; init; }

    /// <summary>Steps taken in all phases; null before the first.</summary>
    public int? Step { get; init; }

    /// <summary>Steps of all phases.</summary>
    public int? Steps { get; init; }

    /// <summary>The losses over the steps of the phase.</summary>
    public LossCurve? Curve { get; init; }

    /// <summary>Those of the phases before it.</summary>
    public IReadOnlyList<PhaseLosses>? Past { get; init; }

    /// <summary>The trained head's artifact.</summary>
    public string? Version { get; init; }

    /// <summary>The model that it was made from.</summary>
    public string? Parent { get; init; }

    /// <summary>Whether the trained head passed its gate in time, and so is to serve.</summary>
    public bool? Promoted { get; init; }

    /// <summary>Why the trained head does not serve, stable codes: <c>no-gain</c>, <c>forgets</c>, <c>collapsed</c>, <c>superseded</c>.</summary>
    public IReadOnlyList<string>? Objections { get; init; }

    /// <summary>False where its features find those of its parent nearly as well as their own, so that who keeps some may go on with them.</summary>
    public bool? ReindexRequired { get; init; }

    /// <summary>What it learned from.</summary>
    public ModelUpdateData? Data { get; init; }

    /// <summary>How the trained head compares with the one it was made from.</summary>
    public ModelUpdateFigures? Figures { get; init; }

    /// <summary>Seconds that it took.</summary>
    public double? Seconds { get; init; }

    /// <summary>Why nothing came of it, a stable code.</summary>
    public string? Reason { get; init; }

    /// <summary>Why nothing came of it, for people.</summary>
    public string? Detail { get; init; }

    /// <summary>Since when, UTC.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The status of an update of the catalog.</summary>
    public static ModelUpdateStatus Of(ModelUpdate update, ModelUpdateProgress? progress)
    {
        ArgumentNullException.ThrowIfNull(update);
        var done = update.State == TrainingState.Done;
        return new ModelUpdateStatus
        {
            Update = update.Id,
            Status = update.State.ToString().ToLowerInvariant(),
            Phase = progress?.Phase,
            Step = progress?.Step,
            Steps = progress?.Steps,
            Curve = progress?.Curve,
            Past = progress?.Past,
            Version = update.Version,
            Parent = update.ParentVersion,
            Promoted = done ? update.Promoted : null,
            Objections = done ? update.Objections : null,
            ReindexRequired = done ? update.ReindexRequired : null,
            Data = update.Data,
            Figures = update.Figures,
            Seconds = done ? update.Seconds : null,
            Reason = update.Reason,
            Detail = update.Detail,
            At = update.At,
        };
    }
}
