using System.Text.Json.Serialization;
using Pipeline.Learning.Gate;
using Pipeline.Tests.Evaluation.Retrieval;

namespace Pipeline.Tests.Evaluation.Updating;

/// <summary>Figures where every picture is both gallery and query, by the CNN's features alone.</summary>
internal sealed record UpdateFigures(double Ns, double Map, double RecallAt1)
{
    public static UpdateFigures Mean(IReadOnlyCollection<UpdateFigures> runs) =>
        new(runs.Average(run => run.Ns), runs.Average(run => run.Map), runs.Average(run => run.RecallAt1));

    public static UpdateFigures Deviation(IReadOnlyCollection<UpdateFigures> runs) =>
        new(Spread(runs, run => run.Ns), Spread(runs, run => run.Map), Spread(runs, run => run.RecallAt1));

    private static double Spread(IReadOnlyCollection<UpdateFigures> runs, Func<UpdateFigures, double> figure)
    {
        var mean = runs.Average(figure);
        return Math.Sqrt(runs.Average(run => Math.Pow(figure(run) - mean, 2)));
    }
}

/// <summary>Before and after an update.</summary>
internal sealed record Change<T>(T Before, T After);

/// <summary>One seed's run.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="WithImages">The evaluated images took part in the mining.</param>
/// <param name="WithoutImages">Mined on one half of the groups, measured on the other.</param>
/// <param name="HeldOutQuery">The last image of each group was kept out of gallery and mining.</param>
/// <param name="Other">Another collection's images under the head that learned on this one; null if none was named.</param>
/// <param name="Pairs">Pairs learned from.</param>
/// <param name="Seconds">Of the update with all images.</param>
/// <param name="Gate">What the gate said of it.</param>
/// <param name="Curve">The whole loss, step by step.</param>
internal sealed record UpdateRun(
    int Seed,
    UpdateFigures WithImages,
    UpdateFigures WithoutImages,
    HeldOutFigures HeldOutQuery,
    UpdateFigures? Other,
    long Pairs,
    double Seconds,
    GateVerdict Gate,
    [property: JsonIgnore] IReadOnlyList<double> Curve);

/// <summary>What the evaluation of updates found; figures are means over the seeds, deviations beside them.</summary>
internal sealed record UpdateReport(
    UpdateFigures Before,
    UpdateFigures WithImages,
    UpdateFigures WithoutImages,
    UpdateFigures WithoutImagesBefore,
    Change<HeldOutFigures> HeldOutQuery,
    Change<UpdateFigures>? Other,
    long Pairs,
    double Seconds,
    UpdateFigures WithImagesDeviation,
    UpdateFigures WithoutImagesDeviation,
    IReadOnlyList<UpdateRun> Runs);
