using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Pipeline.Tests.Evaluation.Retrieval;

/// <summary>Figures where every picture is both gallery and query.</summary>
internal sealed record ModeFigures(double Ns, double Map, double? TieAwareMap, double RecallAt1, double BytesPerImage, double MsPerQuery);

/// <summary>Figures of the last picture of each group, kept out of the gallery and of everything learned.</summary>
internal sealed record HeldOutFigures(double Map, double RecallAt1);

/// <summary>What the evaluation of retrieval found.</summary>
internal sealed record RetrievalReport(
    IReadOnlyDictionary<string, ModeFigures> Modes,
    IReadOnlyDictionary<string, PairFigures> Pairs,
    IReadOnlyList<EmbeddingFigures> Cie,
    IReadOnlyDictionary<string, HeldOutFigures> HeldOutQuery)
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public void Print()
    {
        var table = new Table().AddColumns("mode", "N-S", "mAP", "tie-aware mAP", "R@1", "bytes/image", "ms/query", "held-out mAP", "held-out R@1");
        foreach (var (name, m) in Modes)
        {
            var heldOut = HeldOutQuery[name];
            table.AddRow(
                name, Text(m.Ns), Text(m.Map), Text(m.TieAwareMap ?? double.NaN), Text(m.RecallAt1),
                m.BytesPerImage.ToString("0", CultureInfo.InvariantCulture), m.MsPerQuery.ToString("0.00", CultureInfo.InvariantCulture),
                Text(heldOut.Map), Text(heldOut.RecallAt1));
        }

        AnsiConsole.Write(table);
        var pairs = new Table().AddColumns("pairs", "verified", "precision", "recall", "unverified", "precision", "true ones kept");
        foreach (var (kind, p) in Pairs)
        {
            pairs.AddRow(kind, $"{p.Count}", Text(p.Precision), Text(p.Recall), $"{p.UnverifiedCount}", Text(p.UnverifiedPrecision), Text(p.Kept));
        }

        AnsiConsole.Write(pairs);
        var rounds = new Table().AddColumns("cie round", "Jaccard", "‖Φ‖", "bytes/image", "N-S", "held-out mAP");
        foreach (var r in Cie)
        {
            rounds.AddRow($"{r.Iteration}", Text(r.Jaccard), Text(r.Phi), r.BytesPerImage.ToString("0", CultureInfo.InvariantCulture), Text(r.Ns), Text(r.HeldOutMap ?? double.NaN));
        }

        AnsiConsole.Write(rounds);
    }

    private static string Text(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
