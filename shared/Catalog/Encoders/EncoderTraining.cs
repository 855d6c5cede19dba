using System.Text.Json.Serialization;
using Pipeline.Contracts.Commands;

namespace Pipeline.Catalog;

/// <summary>One training of hash encoders: several candidates, of which at most one is promoted.</summary>
public sealed record EncoderTraining : Training<TrainEncoder>
{
    /// <summary>Length of the codes.</summary>
    public int Bits { get; init; }

    /// <summary>Whether the best candidate, <see cref="Training{TCommand}.Version"/>, was better than the encoder in use.</summary>
    public bool Promoted { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool IsToServe => State == TrainingState.Done && Promoted;

    /// <summary>What is wrong, for people, beside the stable code <see cref="Training{TCommand}.Reason"/>.</summary>
    public string? Detail { get; init; }

    /// <summary>Rows that were learnt from; they are the gallery of the comparison, too.</summary>
    public int Rows { get; init; }

    /// <summary>Rows held out as queries of the comparison.</summary>
    public int HeldOut { get; init; }

    /// <summary>The encoder in use at that time, measured as the candidates were; null where it could not be measured.</summary>
    public EncoderFigures? Present { get; init; }

    /// <summary>All candidates, best first, those that could not be trained last.</summary>
    public IReadOnlyList<EncoderFigures> Candidates { get; init; } = [];
}

/// <summary>How good an encoder is.</summary>
public sealed record EncoderFigures
{
    /// <summary>Name of the method that trained it.</summary>
    public required string Method { get; init; }

    /// <summary>The artifact; null where the method could not learn from the features.</summary>
    public string? Version { get; init; }

    /// <summary>Length of its codes.</summary>
    public int Bits { get; init; }

    /// <summary>Tie-aware mean average precision on the held-out rows, 0 to 1: how well Hamming distances find exact neighbours.</summary>
    public double Map { get; init; }

    /// <summary>Seconds that its training took.</summary>
    public double Seconds { get; init; }

    /// <summary>Why the method could not learn from the features.</summary>
    public string? Detail { get; init; }
}
