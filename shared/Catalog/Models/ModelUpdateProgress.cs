namespace Pipeline.Catalog;

/// <summary>How far the training of an update is, and its losses so far.</summary>
/// <param name="Step">Steps taken, those of earlier phases included.</param>
/// <param name="Steps">Steps of all phases.</param>
/// <param name="Curve">The losses of the present phase, by the steps taken in it.</param>
public sealed record ModelUpdateProgress(int Step, int Steps, LossCurve Curve)
{
    /// <summary>The present phase, or the last one: as in <see cref="Contracts.Events.ModelUpdateProgressed.Phase"/>.</summary>
    public string Phase { get; init; } = "training";

    /// <summary>The phases that are over, in their order.</summary>
    public IReadOnlyList<PhaseLosses> Past { get; init; } = [];
}

/// <summary>The losses of a phase.</summary>
/// <param name="Phase">Which.</param>
/// <param name="Curve">By the steps taken in it.</param>
public sealed record PhaseLosses(string Phase, LossCurve Curve);

/// <summary>Losses over the steps, thinned out evenly to at most <see cref="MaxPoints"/>.</summary>
/// <param name="Steps">At which steps, ascending.</param>
/// <param name="Terms">For each term its value at each of them.</param>
public sealed record LossCurve(IReadOnlyList<int> Steps, IReadOnlyDictionary<string, IReadOnlyList<float>> Terms)
{
    /// <summary>Most points of a term.</summary>
    public const int MaxPoints = 200;
}
