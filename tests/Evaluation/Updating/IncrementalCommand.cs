using System.Globalization;
using System.Text.Json;
using Pipeline.Learning;
using Pipeline.Tests.Evaluation.Plots;
using Pipeline.Tests.Support;
using Spectre.Console;

namespace Pipeline.Tests.Evaluation.Updating;

/// <summary>The command <c>incremental</c>.</summary>
internal static class IncrementalCommand
{
    public const string Usage = """
        dotnet run -c Release --project tests/Evaluation -- incremental --data DIR [--json FILE] [--plots DIR] [--seeds 3] [--steps 1,4] [--methods rehearsal,alone,finetune] [--learning Fidelity=2,Contrast=1]
            DIR holds a folder of pictures for each class.
        """;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task<int> RunAsync(string[] options)
    {
        var given = new CommandOptions(options, "--data", "--json", "--plots", "--seeds", "--steps", "--methods", "--learning");
        var (json, plots) = (given.Find("--json"), given.Find("--plots"));
        var learning = given.Find("--learning") is { } settings ? Recipe.Parse(settings) : new LearningOptions();
        var recipe = new IncrementalRecipe(learning, given.Find("--methods")?.Split(','));
        var report = IncrementalQuality.Measure(
            LabelledSet.Extract(given.Require("--data")), recipe, given.Positive("--seeds", 3), given.Positives("--steps", 1, 4), run => Console.Error.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"seed {run.Seed}, {run.Method} in {run.Steps}: R@1 old {run.OldRecallAt1:0.000}, new {run.NewRecallAt1:0.000}, forgetting {run.Forgetting:0.000}, cross-model {run.CrossModelRecallAt1:0.000}; held-out pictures alone {run.Alone.OldRecallAt1:0.000}, {run.Alone.NewRecallAt1:0.000}, {run.Alone.Forgetting:0.000}")));
        Print(report);
        if (json is not null)
        {
            await File.WriteAllTextAsync(json, JsonSerializer.Serialize(report, Json));
        }

        if (plots is not null)
        {
            Directory.CreateDirectory(plots);
            await SaveAsync(plots, "old-classes", report, step => step.OldRecallAt1);
            await SaveAsync(plots, "new-classes", report, step => step.NewRecallAt1);
        }

        return 0;
    }

    private static Task SaveAsync(string folder, string name, IncrementalReport report, Func<StepFigures, double> figure)
    {
        var most = report.Runs.Max(run => run.Steps);
        return File.WriteAllTextAsync(Path.Combine(folder, name + ".svg"), LineChart.Draw(
            $"R@1 of {name.Replace('-', ' ')} by step", "step", false,
            [.. report.Runs.Where(run => run.Steps == most).GroupBy(run => run.Method).Select((of, i) => new Curve(
                of.Key, LineChart.Colour(i), false,
                [.. of.First().Curve.Select((step, place) => ((double)step.Step, of.Average(run => figure(run.Curve[place]))))]))]));
    }

    private static void Print(IncrementalReport report)
    {
        var table = new Table().AddColumns("method", "steps", "R@1 old", "R@1 new", "R@1 all", "mAP old", "mAP new", "forgetting", "cross-model R@1", "alone: old", "new", "forgetting");
        foreach (var of in report.Runs.GroupBy(run => (run.Method, run.Steps)))
        {
            IncrementalRun[] runs = [.. of];
            table.AddRow(
                of.Key.Method, $"{of.Key.Steps}", Text(runs, r => r.OldRecallAt1), Text(runs, r => r.NewRecallAt1), Text(runs, r => r.MeanRecallAt1),
                Text(runs, r => r.OldMap), Text(runs, r => r.NewMap), Text(runs, r => r.Forgetting), Text(runs, r => r.CrossModelRecallAt1),
                Text(runs, r => r.Alone.OldRecallAt1), Text(runs, r => r.Alone.NewRecallAt1), Text(runs, r => r.Alone.Forgetting));
        }

        AnsiConsole.Write(table);
    }

    private static string Text(IncrementalRun[] runs, Func<IncrementalRun, double> figure)
    {
        var mean = runs.Average(figure);
        var deviation = Math.Sqrt(runs.Average(run => Math.Pow(figure(run) - mean, 2)));
        return string.Create(CultureInfo.InvariantCulture, $"{mean:0.000}±{deviation:0.000}");
    }
}
