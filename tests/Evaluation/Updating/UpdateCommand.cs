using System.Globalization;
using System.Text.Json;
using Pipeline.Learning;
using Pipeline.Learning.Gate;
using Pipeline.Tests.Evaluation.Plots;
using Pipeline.Tests.Evaluation.Retrieval;
using Pipeline.Tests.Support;
using Spectre.Console;

namespace Pipeline.Tests.Evaluation.Updating;

/// <summary>The command <c>update</c>.</summary>
internal static class UpdateCommand
{
    public const string Usage = """
        dotnet run -c Release --project tests/Evaluation -- update --data DIR [--other DIR] [--json FILE] [--plots DIR] [--seeds 3] [--learning Fidelity=2,Contrast=1]
            DIR holds images/ and groundtruth.tsv, for mining and measuring only; with --other another collection's pictures are measured
            under the head that learned on DIR: what was good must stay good.
        """;

    private const int Bits = 64;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task<int> RunAsync(string[] options)
    {
        var given = new CommandOptions(options, "--data", "--other", "--json", "--plots", "--seeds", "--learning");
        var (json, plots) = (given.Find("--json"), given.Find("--plots"));
        var learning = given.Find("--learning") is { } recipe ? Recipe.Parse(recipe) : new LearningOptions();
        var set = Extract(given.Require("--data"));
        var report = await UpdateQuality.MeasureAsync(
            set, given.Find("--other") is { } other ? Extract(other) : null, given.Positive("--seeds", 3), learning, new GateOptions(), run => Console.Error.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"seed {run.Seed}: N-S {run.WithImages.Ns:0.000}, other half {run.WithoutImages.Ns:0.000}, held-out mAP {run.HeldOutQuery.Map:0.000}, other collection {run.Other?.Ns:0.000}, gate [{string.Join(' ', run.Gate.Reasons)}], {run.Seconds:0} s")));
        Print(report);
        if (json is not null)
        {
            await File.WriteAllTextAsync(json, JsonSerializer.Serialize(report, Json));
        }

        if (plots is not null)
        {
            Directory.CreateDirectory(plots);
            await File.WriteAllTextAsync(Path.Combine(plots, "loss.svg"), LineChart.Draw("loss by step", "step", false, [.. report.Runs.Select((run, i) =>
                new Curve($"seed {run.Seed}", LineChart.Colour(i), false, [.. run.Curve.Select((loss, step) => ((double)step, loss))]))]));
        }

        return 0;
    }

    private static FeatureSet Extract(string data) =>
        FeatureSet.Extract(Path.Combine(data, "images"), Path.Combine(data, "groundtruth.tsv"), Bits);

    private static void Print(UpdateReport report)
    {
        var table = new Table().AddColumns("cnn alone", "N-S", "mAP", "R@1");
        Row("before", report.Before);
        Row("after, images in the mining", report.WithImages, report.WithImagesDeviation);
        Row("other half of the groups, before", report.WithoutImagesBefore);
        Row("other half of the groups, after", report.WithoutImages, report.WithoutImagesDeviation);
        table.AddRow("held-out query, before", "", Text(report.HeldOutQuery.Before.Map), Text(report.HeldOutQuery.Before.RecallAt1));
        table.AddRow("held-out query, after", "", Text(report.HeldOutQuery.After.Map), Text(report.HeldOutQuery.After.RecallAt1));
        if (report.Other is { } other)
        {
            Row("other collection, before", other.Before);
            Row("other collection, after", other.After);
        }

        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{report.Pairs} pairs, {report.Seconds:0.0} s, accepted by the gate in {report.Runs.Count(run => run.Gate.IsAccepted)} of {report.Runs.Count} runs"));

        void Row(string name, UpdateFigures figures, UpdateFigures? deviation = null) => table.AddRow(
            name, Text(figures.Ns, deviation?.Ns), Text(figures.Map, deviation?.Map), Text(figures.RecallAt1, deviation?.RecallAt1));
    }

    private static string Text(double value, double? deviation = null) =>
        value.ToString("0.000", CultureInfo.InvariantCulture) + (deviation is { } spread ? " ± " + spread.ToString("0.000", CultureInfo.InvariantCulture) : "");
}
