using Pipeline.Catalog;
using Pipeline.Storage;

namespace Pipeline.Gateway.Encoders;

/// <summary>What a training of encoders is to make; what is not said is as configured.</summary>
public sealed record EncoderTrainingRequest
{
    /// <summary>Length of the codes, a multiple of 8 from 16 to 256; that of the codes in use if left out.</summary>
    public int? Bits { get; init; }

    /// <summary>Methods to compare.</summary>
    public IReadOnlyList<string>? Methods { get; init; }

    /// <summary>Seed of the training.</summary>
    public int? Seed { get; init; }
}

/// <summary>A training was asked for.</summary>
/// <param name="Training">Its id.</param>
public sealed record EncoderTrainingResponse(Guid Training);

/// <summary>A collection's encoder.</summary>
/// <param name="Version">The artifact that serves; null before the first image.</param>
/// <param name="Bits">Length of its codes.</param>
/// <param name="NextVersion">The artifact that serves once every image has a code of it; null while there is none.</param>
/// <param name="CreatedAt">When the artifact that serves was made, UTC.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Lineage">What it was made from, its settings and figures.</param>
/// <param name="Trainings">The latest trainings, latest first.</param>
public sealed record EncoderResponse(
    string? Version, int? Bits, string? NextVersion, DateTimeOffset? CreatedAt, long? Bytes, ArtifactLineage? Lineage, IReadOnlyList<EncoderTrainingStatus> Trainings);

/// <summary>A training.</summary>
public sealed record EncoderTrainingStatus
{
    /// <summary>Its id.</summary>
    public required Guid Training { get; init; }

    /// <summary><c>requested</c>, <c>running</c>, <c>done</c> or <c>failed</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The best candidate's artifact.</summary>
    public string? Version { get; init; }

    /// <summary>Whether it was better than the encoder in use, and so was promoted.</summary>
    public bool? Promoted { get; init; }

    /// <summary>Length of the codes.</summary>
    public int? Bits { get; init; }

    /// <summary>Rows that were learnt from.</summary>
    public int? Rows { get; init; }

    /// <summary>Rows that were held out for the comparison.</summary>
    public int? HeldOut { get; init; }

    /// <summary>The encoder in use at that time.</summary>
    public EncoderFigures? Present { get; init; }

    /// <summary>All candidates, best first.</summary>
    public IReadOnlyList<EncoderFigures> Candidates { get; init; } = [];

    /// <summary>Why nothing came of it, a stable code.</summary>
    public string? Reason { get; init; }

    /// <summary>Why nothing came of it, for people.</summary>
    public string? Detail { get; init; }

    /// <summary>Since when, UTC.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The status of a training of the catalog.</summary>
    public static EncoderTrainingStatus Of(EncoderTraining training)
    {
        ArgumentNullException.ThrowIfNull(training);
        var done = training.State == TrainingState.Done;
        return new EncoderTrainingStatus
        {
            Training = training.Id,
            Status = training.State.ToString().ToLowerInvariant(),
            Version = training.Version,
            Promoted = done ? training.Promoted : null,
            Bits = done ? training.Bits : null,
            Rows = done ? training.Rows : null,
            HeldOut = done ? training.HeldOut : null,
            Present = training.Present,
            Candidates = training.Candidates,
            Reason = training.Reason,
            Detail = training.Detail,
            At = training.At,
        };
    }
}
