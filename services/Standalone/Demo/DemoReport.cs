using System.Globalization;
using Spectre.Console;

namespace Pipeline.Standalone.Demo;

/// <summary>Prints a demo's figures as tables.</summary>
internal static class DemoReport
{
    public static void Print(DemoFigures figures)
    {
        AnsiConsole.MarkupLineInterpolated(
            CultureInfo.InvariantCulture, $"[bold]{figures.Indexed}[/] of {figures.Images} images searchable, [bold]{figures.ImagesPerSecond:0.0}[/] images/s");
        foreach (var (reason, count) in figures.Rejected)
        {
            AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[yellow]{count} rejected: {reason}[/]");
        }

        if (figures.Encoder is { } encoder)
        {
            AnsiConsole.MarkupLineInterpolated(
                CultureInfo.InvariantCulture,
                $"Hash encoder {encoder.Method}, {encoder.Bits} bits: held-out mAP {encoder.Map:0.000}, random hyperplanes {encoder.PresentMap:0.000}; {(encoder.Promoted ? "promoted" : "not promoted")}, trained in {encoder.TrainSeconds:0.0} s");
        }

        var stages = new Table().Title("Stages, per message").AddColumn("stage").AddNumbers("messages", "p50 ms", "p95 ms");
        foreach (var (name, stage) in figures.Stages)
        {
            stages.AddRow(name, Text(stage.Messages, "0"), Text(stage.P50Ms, "0.0"), Text(stage.P95Ms, "0.0"));
        }

        AnsiConsole.Write(stages);
        if (figures.Modes.Count == 0)
        {
            AnsiConsole.WriteLine("No ground truth, so no retrieval figures: give --groundtruth.");
            return;
        }

        var modes = new Table().Title("Retrieval").AddColumn("mode").AddNumbers("N-S", "mAP", "R@1", "p50 ms", "p95 ms");
        foreach (var (name, mode) in figures.Modes)
        {
            modes.AddRow(name, Text(mode.Ns, "0.000"), Text(mode.Map, "0.000"), Text(mode.RecallAt1, "0.000"), Text(mode.P50Ms, "0.0"), Text(mode.P95Ms, "0.0"));
        }

        AnsiConsole.Write(modes);
    }

    private static Table AddNumbers(this Table table, params string[] headers)
    {
        foreach (var header in headers)
        {
            table.AddColumn(header, column => column.RightAligned());
        }

        return table;
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
