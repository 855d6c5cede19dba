namespace Pipeline.ModelUpdating.Evidence;

/// <summary>
/// What an update learns from, fixed when it begins: an attempt that takes it up again later must find the same, whatever came meanwhile.
/// </summary>
public sealed record UpdatePlan
{
    /// <summary>Kind of pairs that come from labels, beside those of <see cref="Contracts.Events.PairKinds"/>.</summary>
    public const string LabelKind = "label";

    /// <summary>Kind of pairs that people said are the same and mining has not found.</summary>
    public const string JudgedKind = "judged";

    /// <summary>The model in use.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>Decides what is kept back and what batches are drawn.</summary>
    public required int Seed { get; init; }

    /// <summary>The images, ascending by id.</summary>
    public required IReadOnlyList<PlannedImage> Images { get; init; }

    /// <summary>The pairs, each once, ascending.</summary>
    public required IReadOnlyList<PlannedPair> Pairs { get; init; }

    /// <summary>Pairs that were left out because something says that they show different things, or would join by them what a person said is not the same.</summary>
    public required int Contradictory { get; init; }
}

/// <summary>An image in one of its lives.</summary>
/// <param name="Id">The image.</param>
/// <param name="Incarnation">Which life.</param>
public readonly record struct PlannedImage(Guid Id, int Incarnation);

/// <summary>Two images of a plan, by their places, that show the same thing.</summary>
/// <param name="First">The lesser place.</param>
/// <param name="Second">The greater place.</param>
/// <param name="Kind">Who says so.</param>
/// <param name="IsNew">Whether the model in use has not learned it yet.</param>
public readonly record struct PlannedPair(int First, int Second, string Kind, bool IsNew = true);
