using System.Globalization;
using Spectre.Console;

namespace Pipeline.Tests.Evaluation.Hashing;

/// <summary>Prints means and standard deviations over seeds.</summary>
internal static class HashingTable
{
    private static readonly int At100 = CodeQuality.Cutoffs.ToList().IndexOf(100);

    public static void Print(HashingReport report)
    {
        var labelled = report.Results.All(result => result.LdshMap is not null);

        // Where output is no terminal, 80 columns are assumed.
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, labelled ? 240 : 160);
        string[] columns = ["method", "bits", "mAP %", "LDPH mAP %", "gain %", "P@500 %", "LDPH P@500 %", "recall@100 %", "LDPH recall@100 %", "training s", "LDPH s", "correlation"];
        string[] ofLabels = ["LDSH mAP %", "gain %", "LDSH P@500 %", "LDSH recall@100 %", "LDSH s"];
        var table = new Table().AddColumns([.. columns, .. labelled ? ofLabels : []]);
        foreach (var group in report.Results.GroupBy(result => (result.Bits, result.Method)).OrderBy(group => group.Key.Bits))
        {
            HashingResult[] results = [.. group];
            string[] row =
            [
                group.Key.Method, $"{group.Key.Bits}",
                Spread(results, r => 100 * r.Map), Spread(results, r => 100 * r.LdphMap), Text(Gain(results, r => r.LdphMap)),
                Spread(results, r => 100 * r.PAt500), Spread(results, r => 100 * r.LdphPAt500),
                Spread(results, r => 100 * r.RecallAt[At100]), Spread(results, r => 100 * r.LdphRecallAt[At100]),
                Text(results.Average(r => r.TrainSeconds)), Text(results.Average(r => r.LdphTrainSeconds)),
                $"{Text(results.Average(r => r.Rounds[0].Correlation), 3)} → {Text(results.Average(r => r.Rounds.Last(round => round.Kept).Correlation), 3)}",
            ];
            table.AddRow([.. row, .. labelled ? Supervised(results) : []]);
        }

        AnsiConsole.Write(table);
        foreach (var length in report.Results.GroupBy(result => result.Bits).OrderBy(group => group.Key))
        {
            PrintGains(length.Key, "LDPH", [.. length.GroupBy(result => result.Method).Select(group => Gain([.. group], r => r.LdphMap))]);
            if (labelled)
            {
                PrintGains(length.Key, "LDSH", [.. length.GroupBy(result => result.Method).Select(group => Gain([.. group], r => r.LdshMap!.Value))]);
            }
        }
    }

    private static void PrintGains(int bits, string learner, double[] gains) => AnsiConsole.WriteLine(
        $"{bits} bits: {learner} is better in {gains.Count(gain => gain > 0)} of {gains.Length} methods, on average by {Text(gains.Average())} %.");

    private static string[] Supervised(HashingResult[] results) =>
    [
        Spread(results, r => 100 * r.LdshMap!.Value), Text(Gain(results, r => r.LdshMap!.Value)), Spread(results, r => 100 * r.LdshPAt500!.Value),
        Spread(results, r => 100 * r.LdshRecallAt![At100]), Text(results.Average(r => r.LdshTrainSeconds!.Value)),
    ];

    /// <summary>Relative gain over the reference in percent of the mean mAP over seeds.</summary>
    private static double Gain(HashingResult[] results, Func<HashingResult, double> map) => 100 * ((results.Average(map) / results.Average(r => r.Map)) - 1);

    private static string Spread(HashingResult[] results, Func<HashingResult, double> value)
    {
        var mean = results.Average(value);
        return results.Length == 1
            ? Text(mean)
            : $"{Text(mean)} ± {Text(Math.Sqrt(results.Sum(r => (value(r) - mean) * (value(r) - mean)) / (results.Length - 1)))}";
    }

    private static string Text(double value, int digits = 1) => value.ToString("F" + digits, CultureInfo.InvariantCulture);
}
