using System.Globalization;

namespace Pipeline.Dashboard.Live;

/// <summary>Writes figures for people; what is not known is a dash.</summary>
internal static class FigureText
{
    public static string Rate(double? perSecond) => perSecond switch
    {
        null => Texts.Unknown,
        >= 100 => Text($"{perSecond:0}/s"),
        >= 10 => Text($"{perSecond:0.0}/s"),
        > 0 => Text($"{perSecond:0.00}/s"),
        _ => "0/s",
    };

    public static string Count(long? count) => count is { } known ? known.ToString("N0", CultureInfo.InvariantCulture) : Texts.Unknown;

    public static string Duration(double? seconds) => seconds switch
    {
        null => Texts.Unknown,
        < 0.001 => Text($"{seconds * 1e6:0} µs"),
        < 0.01 => Text($"{seconds * 1000:0.0} ms"),
        < 1 => Text($"{seconds * 1000:0} ms"),
        < 10 => Text($"{seconds:0.0} s"),
        < 120 => Text($"{seconds:0} s"),
        < 7200 => Text($"{seconds / 60:0} min"),
        < 172_800 => Text($"{seconds / 3600:0} h"),
        _ => Text($"{seconds / 86_400:0} d"),
    };

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    public static string DateAndTime(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Points of a line through the values, in a box of 120 × 24 with zero at the bottom.</summary>
    public static string Sparkline(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
        {
            return "";
        }

        var highest = Math.Max(values.Max(), 0.001);
        return string.Join(' ', values.Select((value, i) => Text($"{i * 120.0 / Math.Max(1, values.Count - 1):0.#},{23 - (value / highest * 22):0.#}")));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
