using System.Globalization;
using System.Text;

namespace Pipeline.Tests.Evaluation.Hashing;

/// <summary>Draws curves, means over seeds: a colour for each method, dashed before and solid after linear distance preserving learning.</summary>
internal static class HashingPlots
{
    private const int Width = 640;
    private const int Height = 400;
    private const int Margin = 56;
    private const int Legend = 90;
    private static readonly string[] Colours = ["#1f6feb", "#2da44e", "#cf222e", "#8250df", "#bf8700", "#57606a"];

    private sealed record Curve(string Name, string Colour, bool Dashed, (double X, double Y)[] Points);

    public static void Write(string folder, HashingReport report)
    {
        Directory.CreateDirectory(folder);
        var lengths = report.Results.Select(result => result.Bits).Distinct().Order().ToArray();
        Save("map.svg", Draw("mAP in % by bits", "bits", false, Pairs(report.Results, of => OverBits(of, r => r.Map), of => OverBits(of, r => r.LdphMap))));
        Save("p-at-500.svg", Draw("P@500 in % by bits", "bits", false, Pairs(report.Results, of => OverBits(of, r => r.PAt500), of => OverBits(of, r => r.LdphPAt500))));
        foreach (var bits in lengths)
        {
            HashingResult[] some = [.. report.Results.Where(result => result.Bits == bits)];
            Save($"recall-{bits}.svg", Draw($"recall@K in % at {bits} bits", "K", true, Pairs(
                some, of => OverCutoffs(report, of, r => r.RecallAt), of => OverCutoffs(report, of, r => r.LdphRecallAt))));
            Save($"correlation-{bits}.svg", Draw($"correlation of Hamming and Euclidean distance by round at {bits} bits", "round", false, [.. some
                .GroupBy(result => result.Method)
                .Select((of, i) => new Curve(of.Key, Colours[i % Colours.Length], false, [.. of.First().Rounds.Select((_, round) =>
                    ((double)round, of.Average(result => result.Rounds[round].Correlation)))]))]));
        }

        void Save(string name, string svg) => File.WriteAllText(Path.Combine(folder, name), svg);
    }

    private static Curve[] Pairs(
        IReadOnlyList<HashingResult> results, Func<HashingResult[], (double, double)[]> before, Func<HashingResult[], (double, double)[]> after) =>
    [
        .. results.GroupBy(result => result.Method).SelectMany((of, i) => new[]
        {
            new Curve(of.Key, Colours[i % Colours.Length], true, before([.. of])),
            new Curve($"ldph({of.Key})", Colours[i % Colours.Length], false, after([.. of])),
        }),
    ];

    private static (double, double)[] OverBits(HashingResult[] results, Func<HashingResult, double> value) =>
        [.. results.GroupBy(result => result.Bits).OrderBy(of => of.Key).Select(of => ((double)of.Key, 100 * of.Average(value)))];

    private static (double, double)[] OverCutoffs(HashingReport report, HashingResult[] results, Func<HashingResult, IReadOnlyList<double>> recall) =>
        [.. report.Cutoffs.Select((k, i) => ((double)k, 100 * results.Average(result => recall(result)[i])))];

    private static string Draw(string title, string axis, bool logarithmic, Curve[] curves)
    {
        var points = curves.SelectMany(curve => curve.Points).ToArray();
        var (left, right) = (points.Min(point => point.X), points.Max(point => point.X));
        var top = points.Max(point => point.Y);
        top = top > 0 ? top * 1.05 : 1;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{Height}" font-family="sans-serif"><rect width="100%" height="100%" fill="white"/>""");
        svg.Append(CultureInfo.InvariantCulture, $"""<text x="{Width / 2}" y="24" text-anchor="middle" font-size="15">{title}</text>""");
        for (var tick = 0; tick <= 4; tick++)
        {
            var value = top * tick / 4;
            svg.Append(CultureInfo.InvariantCulture, $"""<line x1="{Margin}" x2="{Width - Legend - 16}" y1="{Y(value):0.#}" y2="{Y(value):0.#}" stroke="#ddd"/>""");
            svg.Append(CultureInfo.InvariantCulture, $"""<text x="{Margin - 6}" y="{Y(value) + 4:0.#}" text-anchor="end" font-size="11">{value:0.##}</text>""");
        }

        foreach (var x in points.Select(point => point.X).Distinct())
        {
            svg.Append(CultureInfo.InvariantCulture, $"""<text x="{X(x):0.#}" y="{Height - 30}" text-anchor="middle" font-size="11">{x:0}</text>""");
        }

        svg.Append(CultureInfo.InvariantCulture, $"""<text x="{(Width - Legend) / 2}" y="{Height - 10}" text-anchor="middle" font-size="12">{axis}</text>""");
        for (var i = 0; i < curves.Length; i++)
        {
            var dashes = curves[i].Dashed ? "5 4" : "none";
            var line = string.Join(' ', curves[i].Points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.X):0.#},{Y(point.Y):0.#}")));
            svg.Append(CultureInfo.InvariantCulture, $"""<polyline points="{line}" fill="none" stroke="{curves[i].Colour}" stroke-width="2" stroke-dasharray="{dashes}"/>""");
            svg.Append(CultureInfo.InvariantCulture, $"""<line x1="{Width - Legend - 8}" x2="{Width - Legend + 14}" y1="{46 + (18 * i)}" y2="{46 + (18 * i)}" stroke="{curves[i].Colour}" stroke-width="2" stroke-dasharray="{dashes}"/>""");
            svg.Append(CultureInfo.InvariantCulture, $"""<text x="{Width - Legend + 18}" y="{50 + (18 * i)}" font-size="11">{curves[i].Name}</text>""");
        }

        return svg.Append("</svg>").ToString();

        double X(double x)
        {
            var (from, to, at) = logarithmic ? (Math.Log(left), Math.Log(right), Math.Log(x)) : (left, right, x);
            return to > from ? Margin + 8 + ((Width - Legend - 40.0 - Margin) * (at - from) / (to - from)) : Margin + ((Width - Legend - Margin) / 2.0);
        }

        double Y(double value) => Height - 50 - ((Height - 90) * value / top);
    }
}
