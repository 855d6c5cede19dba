namespace Pipeline.Dashboard.Failures;

/// <summary>What kind of failure it is.</summary>
public enum FailureKind
{
    /// <summary>A message that failed for good: it can be driven again.</summary>
    Error,

    /// <summary>A message that killed its worker: it can be driven again, with care.</summary>
    Quarantine,

    /// <summary>A permanent error of an image or upload: driving it again would change nothing.</summary>
    Rejection,
}

/// <summary>A failure as operators see it. A message's body is beside it, in the blob store.</summary>
public sealed record FailureRecord
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>What kind it is.</summary>
    public required FailureKind Kind { get; init; }

    /// <summary>The endpoint, or for a rejection the stage.</summary>
    public required string Stage { get; init; }

    /// <summary>Type of the exception, or a rejection's stable code; <c>quarantine</c> where no exception was seen.</summary>
    public required string Reason { get; init; }

    /// <summary>When, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What the exception or rejection said.</summary>
    public string Detail { get; init; } = "";

    /// <summary>The exception's stack.</summary>
    public string? StackTrace { get; init; }

    /// <summary>Type of the message.</summary>
    public string? MessageType { get; init; }

    /// <summary>The collection; empty where none was named.</summary>
    public string Collection { get; init; } = "";

    /// <summary>The image.</summary>
    public Guid? ImageId { get; init; }

    /// <summary>Follows the upload through services and logs.</summary>
    public Guid? CorrelationId { get; init; }

    /// <summary>The message's media type.</summary>
    public string? ContentType { get; init; }

    /// <summary>The message's headers.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether it is a message that can be driven again.</summary>
    public bool CanRedrive => Kind != FailureKind.Rejection;
}

/// <summary>Which failures are wanted; null for any.</summary>
/// <param name="Kind">Of this kind.</param>
/// <param name="Stage">Of this endpoint or stage.</param>
/// <param name="Reason">For this reason.</param>
/// <param name="Collection">Of this collection.</param>
/// <param name="Since">Not before, UTC.</param>
public sealed record FailureFilter(FailureKind? Kind = null, string? Stage = null, string? Reason = null, string? Collection = null, DateTimeOffset? Since = null)
{
    /// <summary>Whether a failure is wanted.</summary>
    public bool Matches(FailureRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return (Kind is null || record.Kind == Kind)
            && IsOrAny(Stage, record.Stage)
            && IsOrAny(Reason, record.Reason)
            && IsOrAny(Collection, record.Collection)
            && (Since is null || record.At >= Since);
    }

    // What is chosen from a list is as the list has it.
    private static bool IsOrAny(string? wanted, string value) => wanted is null || FailureCatalog.Bounded(value) == FailureCatalog.Bounded(wanted);
}

/// <summary>A page of failures, latest first.</summary>
/// <param name="Records">The failures.</param>
/// <param name="NextCursor">Where the next page begins; null at the end.</param>
public sealed record FailurePage(IReadOnlyList<FailureRecord> Records, string? NextCursor);

/// <summary>A value that failures can be filtered by, and how many have it.</summary>
/// <param name="Value">The value.</param>
/// <param name="Count">How many.</param>
public sealed record Facet(string Value, long Count);
