using System.Globalization;
using System.Text;
using Pipeline.Imaging;

namespace Pipeline.Tests.Evaluation.Retrieval;

/// <summary>Draws what an evaluation found: accuracy and index size per round, and what some queries find.</summary>
internal static class RetrievalPlots
{
    private const int Width = 520;
    private const int Height = 320;
    private const int Margin = 56;
    private const int Thumbnail = 120;
    private const int MontageQueries = 8;
    private const int MontageHits = 5;

    public static void Write(string folder, FeatureSet set, RetrievalReport report, Gallery gallery)
    {
        Directory.CreateDirectory(folder);
        Save("accuracy-per-iteration.svg", Line("N-S per round of embedding", [.. report.Cie.Select(round => round.Ns)]));
        Save("bytes-per-iteration.svg", Line("Index bytes an image per round", [.. report.Cie.Select(round => round.BytesPerImage)]));
        Save("jaccard-per-iteration.svg", Line("Mean Jaccard overlap per round", [.. report.Cie.Select(round => round.Jaccard)]));
        Save("neighbours.svg", Montage(set, gallery));

        void Save(string name, string svg) => File.WriteAllText(Path.Combine(folder, name), svg);
    }

    private static string Line(string title, double[] values)
    {
        var (low, high) = (values.Min(), values.Max());
        var pad = Math.Max((high - low) * 0.1, Math.Max(Math.Abs(high), 1) * 0.01);
        (low, high) = (low - pad, high + pad);
        var svg = Begin(Width, Height);
        svg.Append(CultureInfo.InvariantCulture, $"""<text x="{Width / 2}" y="24" text-anchor="middle" font-size="15">{title}</text>""");
        for (var tick = 0; tick <= 4; tick++)
        {
            var value = low + ((high - low) * tick / 4);
            svg.Append(CultureInfo.InvariantCulture, $"""<line x1="{Margin}" x2="{Width - 16}" y1="{Y(value):0.#}" y2="{Y(value):0.#}" stroke="#ddd"/>""");
            svg.Append(CultureInfo.InvariantCulture, $"""<text x="{Margin - 6}" y="{Y(value) + 4:0.#}" text-anchor="end" font-size="11">{value:0.###}</text>""");
        }

        var points = string.Join(' ', values.Select((value, i) => string.Create(CultureInfo.InvariantCulture, $"{X(i):0.#},{Y(value):0.#}")));
        svg.Append(CultureInfo.InvariantCulture, $"""<polyline points="{points}" fill="none" stroke="#1f6feb" stroke-width="2"/>""");
        for (var i = 0; i < values.Length; i++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"""<circle cx="{X(i):0.#}" cy="{Y(values[i]):0.#}" r="4" fill="#1f6feb"/>""");
            svg.Append(CultureInfo.InvariantCulture, $"""<text x="{X(i):0.#}" y="{Height - 18}" text-anchor="middle" font-size="11">{i}</text>""");
        }

        return svg.Append("</svg>").ToString();

        double X(int i) => values.Length == 1 ? Width / 2 : Margin + ((Width - 32.0 - Margin) * i / (values.Length - 1)) + 8;
        double Y(double value) => 40 + ((Height - 84) * (high - value) / (high - low));
    }

    /// <summary>A row for each of some queries: the query, what the CNN finds, and below it what the embedded index finds. Right ones have a green frame.</summary>
    private static string Montage(FeatureSet set, Gallery gallery)
    {
        var decoder = new ImageDecoder(new ImagingOptions());
        var pictures = new Dictionary<string, string>(StringComparer.Ordinal);
        var groups = set.Pictures.GroupBy(picture => set.Truth.GroupOf(picture.File)).ToArray();
        PictureFeatures[] queries = [.. groups.Where((_, i) => i % Math.Max(1, groups.Length / MontageQueries) == 0).Take(MontageQueries).Select(group => group.First())];
        var cell = Thumbnail + 12;
        var svg = Begin(cell * (MontageHits + 2), 24 + (2 * cell * queries.Length));
        svg.Append("""<text x="8" y="17" font-size="13">query, then what cnn (upper row) and cie (lower row) find</text>""");
        for (var row = 0; row < queries.Length; row++)
        {
            var query = queries[row];
            Draw(query, 0, 2 * row, null);
            foreach (var (mode, line) in new (IRetrievalMode, int)[] { (new CnnMode(), 0), (new CieMode(), 1) })
            {
                var hits = mode.Rank(gallery, query).Where(hit => hit.Picture != query).Take(MontageHits).ToArray();
                for (var i = 0; i < hits.Length; i++)
                {
                    Draw(hits[i].Picture, i + 1, (2 * row) + line, set.Truth.GroupOf(hits[i].Picture.File) == set.Truth.GroupOf(query.File));
                }
            }
        }

        return svg.Append("</svg>").ToString();

        void Draw(PictureFeatures picture, int column, int line, bool? right)
        {
            var (x, y) = ((column * cell) + 6, 24 + (line * cell) + 6);
            if (!pictures.TryGetValue(picture.File, out var encoded))
            {
                using var pixels = decoder.DecodeRgb(File.ReadAllBytes(Path.Combine(set.Root, picture.File)), Thumbnail, Thumbnail);
                pictures[picture.File] = encoded = Convert.ToBase64String(ImageEncoder.EncodePng(pixels));
            }

            svg.Append(CultureInfo.InvariantCulture, $"""<image x="{x}" y="{y}" width="{Thumbnail}" height="{Thumbnail}" href="data:image/png;base64,{encoded}"/>""");
            if (right is { } isRight)
            {
                svg.Append(CultureInfo.InvariantCulture, $"""<rect x="{x}" y="{y}" width="{Thumbnail}" height="{Thumbnail}" fill="none" stroke="{(isRight ? "#2da44e" : "#cf222e")}" stroke-width="4"/>""");
            }
        }
    }

    private static StringBuilder Begin(int width, int height) => new StringBuilder().Append(
        CultureInfo.InvariantCulture,
        $"""<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif"><rect width="100%" height="100%" fill="white"/>""");
}
