using System.Globalization;

namespace Pipeline.Dashboard.Failures;

/// <summary>The address of a page of failures: what is asked for, empty for any.</summary>
public sealed record FailureQuery
{
    /// <summary>A name of <see cref="FailureKind"/>.</summary>
    public string? Kind { get; init; }

    /// <summary>An endpoint or stage.</summary>
    public string? Stage { get; init; }

    /// <summary>A reason.</summary>
    public string? Reason { get; init; }

    /// <summary>A collection.</summary>
    public string? Collection { get; init; }

    /// <summary>Not before, as the browser writes date and time; UTC.</summary>
    public string? Since { get; init; }

    /// <summary>Where the last page ended.</summary>
    public string? After { get; init; }

    /// <summary>What was just done, of <c>re-drive</c> and <c>discard</c>.</summary>
    public string? Done { get; init; }

    /// <summary>To how many it was done.</summary>
    public int? Count { get; init; }

    /// <summary>The failures wanted.</summary>
    public FailureFilter ToFilter() => new(
        Enum.TryParse<FailureKind>(Kind, ignoreCase: true, out var kind) && Enum.IsDefined(kind) ? kind : null,
        Blank(Stage),
        Blank(Reason),
        Blank(Collection),
        DateTimeOffset.TryParse(Since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var since) ? since : null);

    /// <summary>The filter as a part of an address, without the place in the list.</summary>
    public string ToQueryString() => string.Join('&', Fields().Select(field => $"{field.Name}={Uri.EscapeDataString(field.Value)}"));

    /// <summary>The filter for people.</summary>
    public string ToText() => string.Join(", ", Fields().Select(field => $"{field.Name}={field.Value}").DefaultIfEmpty("all"));

    /// <summary>The fields that are set.</summary>
    public IEnumerable<(string Name, string Value)> Fields()
    {
        foreach (var (name, value) in ((string, string?)[])[("kind", Kind), ("stage", Stage), ("reason", Reason), ("collection", Collection), ("since", Since)])
        {
            if (Blank(value) is { } text)
            {
                yield return (name, text);
            }
        }
    }

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}

/// <summary>What an operator wants something done to: some failures by id, or all that a filter wants.</summary>
public sealed record FailureSelection
{
    /// <summary>The failures.</summary>
    public Guid[] Id { get; init; } = [];

    /// <summary>All that the filter wants, instead of those of <see cref="Id"/>.</summary>
    public bool All { get; init; }

    /// <summary>See <see cref="FailureQuery.Kind"/>.</summary>
    public string? Kind { get; init; }

    /// <summary>See <see cref="FailureQuery.Stage"/>.</summary>
    public string? Stage { get; init; }

    /// <summary>See <see cref="FailureQuery.Reason"/>.</summary>
    public string? Reason { get; init; }

    /// <summary>See <see cref="FailureQuery.Collection"/>.</summary>
    public string? Collection { get; init; }

    /// <summary>See <see cref="FailureQuery.Since"/>.</summary>
    public string? Since { get; init; }

    /// <summary>The page it was chosen on.</summary>
    public FailureQuery ToQuery() => new() { Kind = Kind, Stage = Stage, Reason = Reason, Collection = Collection, Since = Since };
}
