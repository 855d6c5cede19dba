namespace Pipeline.Catalog;

/// <summary>How far the training of an update is, and its losses so far.</summary>
/// <param name="Step">Steps taken.</param>
/// <param name="Steps">Steps of the whole training.</param>
/// <param name="Curve">The losses.</param>
public sealed record ModelUpdateProgress(int Step, int Steps, LossCurve Curve);

/// <summary>Losses over the steps, thinned out evenly to at most <see cref="MaxPoints"/>.</summary>
/// <param name="Steps">At which steps, ascending.</param>
/// <param name="Terms">For each term its value at each of them.</param>
public sealed record LossCurve(IReadOnlyList<int> Steps, IReadOnlyDictionary<string, IReadOnlyList<float>> Terms)
{
    /// <summary>Most points of a term.</summary>
    public const int MaxPoints = 200;
}
