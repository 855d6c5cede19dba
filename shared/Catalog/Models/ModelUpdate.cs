using System.Text.Json.Serialization;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;

namespace Pipeline.Catalog;

/// <summary>One update of a collection's model.</summary>
public sealed record ModelUpdate : Training<UpdateModel>
{
    /// <summary>Whether the trained head, <see cref="Training{TCommand}.Version"/>, passed its gate in time.</summary>
    public bool Promoted { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool IsToServe => State == TrainingState.Done && Promoted;

    /// <summary>What is wrong, for people, beside the stable code <see cref="Training{TCommand}.Reason"/>.</summary>
    public string? Detail { get; init; }

    /// <summary>Why the trained head does not serve, as stable codes: those of its gate, or that it was superseded.</summary>
    public IReadOnlyList<string> Objections { get; init; } = [];

    /// <summary>The model that was in use at that time.</summary>
    public string? ParentVersion { get; init; }

    /// <summary>The backbone of both.</summary>
    public string? BackboneVersion { get; init; }

    /// <summary>Length of the embeddings.</summary>
    public int Dimensions { get; init; }

    /// <summary>What it learned from.</summary>
    public ModelUpdateData? Data { get; init; }

    /// <summary>How the trained head compares with the present one.</summary>
    public ModelUpdateFigures? Figures { get; init; }

    /// <summary>False where its features find those of its parent nearly as well as their own, so that who keeps some may go on with them.</summary>
    public bool ReindexRequired { get; init; } = true;

    /// <summary>Seconds that it took; of an update that was taken up again, those of the last attempt.</summary>
    public double Seconds { get; init; }

    /// <summary>What is published of an update whose head is to serve: the same however often.</summary>
    /// <exception cref="InvalidOperationException">Its head is not to serve.</exception>
    public ModelPublished ToPublished(string collection) => IsToServe && Version is not null && BackboneVersion is not null
        ? new ModelPublished
        {
            Collection = collection,
            ModelVersion = Version,
            BackboneVersion = BackboneVersion,
            ParentVersion = ParentVersion,
            Dimensions = Dimensions,
            PublishedAt = At,
            ReindexRequired = ReindexRequired,
            CorrelationId = Id,
        }
        : throw new InvalidOperationException($"Nothing of the update {Id} is to serve.");
}

/// <summary>What an update learned from.</summary>
/// <param name="Images">Images.</param>
/// <param name="ImagesLeftOut">Images of which the stored features are missing, damaged or of another shape.</param>
/// <param name="Pairs">Pairs by their kind.</param>
/// <param name="Contradictory">Pairs left out because something says that they show different things.</param>
/// <param name="Learned">Pairs that were learned from.</param>
/// <param name="HeldOut">Pairs that were kept back to judge by.</param>
/// <param name="Steps">Steps taken, in all phases.</param>
public sealed record ModelUpdateData(
    int Images, int ImagesLeftOut, IReadOnlyDictionary<string, int> Pairs, int Contradictory, long Learned, int HeldOut, int Steps)
{
    /// <summary>Synthesised inputs that stood for images learned from before.</summary>
    public int Synthesised { get; init; }
}

/// <summary>How a trained head compares with the one it was made from, on the same images.</summary>
/// <param name="HeldOutBefore">Mean reciprocal rank of the pairs kept back, by the present head, 0 to 1.</param>
/// <param name="HeldOutAfter">The same by the trained one.</param>
/// <param name="KnownBefore">Recall at 1 of pairs that both feature spaces knew, by the present head, 0 to 1.</param>
/// <param name="KnownAfter">The same by the trained one.</param>
/// <param name="RankRatio">Effective rank of the features, after / before.</param>
/// <param name="VarianceRatio">Variance of the features, after / before.</param>
/// <param name="CrossModel">Recall at 1 of the pairs kept back when trained features ask and present ones are searched, 0 to 1.</param>
public sealed record ModelUpdateFigures(
    double HeldOutBefore, double HeldOutAfter, double KnownBefore, double KnownAfter, double RankRatio, double VarianceRatio, double CrossModel);
