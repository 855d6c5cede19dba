using System.Globalization;
using Spectre.Console;

namespace Pipeline.Tests.Benchmarks;

/// <summary>Prints the figures of the pipeline benchmark.</summary>
internal static class PipelineReport
{
    public static void Print(PipelineFigures figures)
    {
        var rates = new Table().Title($"{figures.ImagesPerRound} images a round on {figures.Cores} cores")
            .AddColumn("contender").AddColumn("images/s", Right).AddColumn("of the bare loop", Right).AddColumn("rounds").AddColumn("CPU ms an image", Right);
        AddRate(BareLoop.Title, figures.BareLoop);
        AddRate(StandaloneContender.Title, figures.Standalone);
        AddRate(ProcessesContender.Title, figures.Processes);
        AnsiConsole.Write(rates);
        if (figures.CpuMsPerImage.TryGetValue(ProcessesContender.Title, out var times))
        {
            var processes = new Table().Title("Processes").AddColumn("process").AddColumn("CPU ms an image", Right).AddColumn("peak MB", Right);
            foreach (var (process, time) in times)
            {
                processes.AddRow(process, Text(time, "0.0"), figures.PeakMb.TryGetValue(process, out var peak) ? Text(peak, "0") : "");
            }

            AnsiConsole.Write(processes);
        }

        void AddRate(string name, double? rate)
        {
            if (rate is { } value)
            {
                rates.AddRow(
                    name,
                    Text(value, "0.0"),
                    figures.BareLoop is { } bare ? Text(value / bare, "0.00") : "",
                    string.Join(' ', figures.Rounds[name].Select(round => Text(round, "0.0"))),
                    Text(figures.CpuMsPerImage[name].Values.Sum(), "0.0"));
            }
        }
    }

    private static void Right(TableColumn column) => column.RightAligned();

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
