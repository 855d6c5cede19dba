using Pipeline.Tests.Evaluation.Plots;

namespace Pipeline.Tests.Evaluation.Hashing;

/// <summary>Draws curves, means over seeds: a colour for each method, dashed before and solid after linear distance preserving learning;
/// where rows have labels, the same curves again with the supervised variant as what comes after.</summary>
internal static class HashingPlots
{
    public static void Write(string folder, HashingReport report)
    {
        Directory.CreateDirectory(folder);
        var lengths = report.Results.Select(result => result.Bits).Distinct().Order().ToArray();
        Save("map.svg", LineChart.Draw("mAP in % by bits", "bits", false, Pairs(report.Results, of => OverBits(of, r => r.Map), of => OverBits(of, r => r.LdphMap))));
        Save("p-at-500.svg", LineChart.Draw("P@500 in % by bits", "bits", false, Pairs(report.Results, of => OverBits(of, r => r.PAt500), of => OverBits(of, r => r.LdphPAt500))));
        var labelled = report.Results.All(result => result.LdshMap is not null);
        if (labelled)
        {
            Save("map-ldsh.svg", LineChart.Draw("mAP in % by bits, learnt with labels", "bits", false, Pairs(report.Results, of => OverBits(of, r => r.Map), of => OverBits(of, r => r.LdshMap!.Value), "ldsh")));
            Save("p-at-500-ldsh.svg", LineChart.Draw("P@500 in % by bits, learnt with labels", "bits", false, Pairs(report.Results, of => OverBits(of, r => r.PAt500), of => OverBits(of, r => r.LdshPAt500!.Value), "ldsh")));
        }

        foreach (var bits in lengths)
        {
            HashingResult[] some = [.. report.Results.Where(result => result.Bits == bits)];
            Save($"recall-{bits}.svg", LineChart.Draw($"recall@K in % at {bits} bits", "K", true, Pairs(
                some, of => OverCutoffs(report, of, r => r.RecallAt), of => OverCutoffs(report, of, r => r.LdphRecallAt))));
            if (labelled)
            {
                Save($"recall-{bits}-ldsh.svg", LineChart.Draw($"recall@K in % at {bits} bits, learnt with labels", "K", true, Pairs(
                    some, of => OverCutoffs(report, of, r => r.RecallAt), of => OverCutoffs(report, of, r => r.LdshRecallAt!), "ldsh")));
            }

            Save($"correlation-{bits}.svg", LineChart.Draw($"correlation of Hamming and Euclidean distance by round at {bits} bits", "round", false, [.. some
                .GroupBy(result => result.Method)
                .Select((of, i) => new Curve(of.Key, LineChart.Colour(i), false, [.. of.First().Rounds.Select((_, round) =>
                    ((double)round, of.Average(result => result.Rounds[round].Correlation)))]))]));
        }

        void Save(string name, string svg) => File.WriteAllText(Path.Combine(folder, name), svg);
    }

    private static Curve[] Pairs(
        IReadOnlyList<HashingResult> results, Func<HashingResult[], (double, double)[]> before, Func<HashingResult[], (double, double)[]> after,
        string learner = "ldph") =>
    [
        .. results.GroupBy(result => result.Method).SelectMany((of, i) => new[]
        {
            new Curve(of.Key, LineChart.Colour(i), true, before([.. of])),
            new Curve($"{learner}({of.Key})", LineChart.Colour(i), false, after([.. of])),
        }),
    ];

    private static (double, double)[] OverBits(HashingResult[] results, Func<HashingResult, double> value) =>
        [.. results.GroupBy(result => result.Bits).OrderBy(of => of.Key).Select(of => ((double)of.Key, 100 * of.Average(value)))];

    private static (double, double)[] OverCutoffs(HashingReport report, HashingResult[] results, Func<HashingResult, IReadOnlyList<double>> recall) =>
        [.. report.Cutoffs.Select((k, i) => ((double)k, 100 * results.Average(result => recall(result)[i])))];
}
