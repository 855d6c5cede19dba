using System.Globalization;
using System.Text;

namespace Pipeline.Tests.Evaluation.Plots;

/// <summary>A named line.</summary>
internal sealed record Curve(string Name, string Colour, bool Dashed, (double X, double Y)[] Points);

/// <summary>Draws curves over one axis as SVG; the other begins at 0.</summary>
internal static class LineChart
{
    private const int Width = 640;
    private const int Height = 400;
    private const int Margin = 56;
    private const int MaxTicks = 12;
    private static readonly string[] Colours = ["#1f6feb", "#2da44e", "#cf222e", "#8250df", "#bf8700", "#57606a"];

    /// <summary>Room right of the curves for the longest name.</summary>
    private const int Legend = 130;

    /// <summary>The colour of the i-th of some curves.</summary>
    public static string Colour(int i) => Colours[i % Colours.Length];

    public static string Draw(string title, string axis, bool logarithmic, Curve[] curves)
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

        double[] marks = [.. points.Select(point => point.X).Distinct().Order()];
        foreach (var x in marks.Where((_, i) => i % ((marks.Length + MaxTicks - 1) / MaxTicks) == 0))
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
