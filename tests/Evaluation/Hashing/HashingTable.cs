using System.Globalization;
using Spectre.Console;

namespace Pipeline.Tests.Evaluation.Hashing;

/// <summary>Prints means and standard deviations over seeds.</summary>
internal static class HashingTable
{
    private static readonly int At100 = CodeQuality.Cutoffs.ToList().IndexOf(100);

    public static void Print(HashingReport report)
    {
        // Where output is no terminal, 80 columns are assumed.
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 160);
        var table = new Table().AddColumns("method", "bits", "mAP %", "LDPH mAP %", "gain %", "P@500 %", "LDPH P@500 %", "recall@100 %", "LDPH recall@100 %", "training s", "LDPH s", "correlation");
        foreach (var group in report.Results.GroupBy(result => (result.Bits, result.Method)).OrderBy(group => group.Key.Bits))
        {
            HashingResult[] results = [.. group];
            table.AddRow(
                group.Key.Method, $"{group.Key.Bits}",
                Spread(results, r => 100 * r.Map), Spread(results, r => 100 * r.LdphMap), Text(Gain(results)),
                Spread(results, r => 100 * r.PAt500), Spread(results, r => 100 * r.LdphPAt500),
                Spread(results, r => 100 * r.RecallAt[At100]), Spread(results, r => 100 * r.LdphRecallAt[At100]),
                Text(results.Average(r => r.TrainSeconds)), Text(results.Average(r => r.LdphTrainSeconds)),
                $"{Text(results.Average(r => r.Rounds[0].Correlation), 3)} → {Text(results.Average(r => r.Rounds.Last(round => round.Kept).Correlation), 3)}");
        }

        AnsiConsole.Write(table);
        foreach (var length in report.Results.GroupBy(result => result.Bits).OrderBy(group => group.Key))
        {
            double[] gains = [.. length.GroupBy(result => result.Method).Select(group => Gain([.. group]))];
            AnsiConsole.WriteLine(
                $"{length.Key} bits: LDPH is better in {gains.Count(gain => gain > 0)} of {gains.Length} methods, on average by {Text(gains.Average())} %.");
        }
    }

    /// <summary>Relative gain in percent of the mean mAP over seeds.</summary>
    private static double Gain(HashingResult[] results) => 100 * ((results.Average(r => r.LdphMap) / results.Average(r => r.Map)) - 1);

    private static string Spread(HashingResult[] results, Func<HashingResult, double> value)
    {
        var mean = results.Average(value);
        return results.Length == 1
            ? Text(mean)
            : $"{Text(mean)} ± {Text(Math.Sqrt(results.Sum(r => (value(r) - mean) * (value(r) - mean)) / (results.Length - 1)))}";
    }

    private static string Text(double value, int digits = 1) => value.ToString("F" + digits, CultureInfo.InvariantCulture);
}
