namespace Pipeline.Contracts.Events;

/// <summary>
/// What a process is doing, told by each about once a second to whoever watches. One that is lost is not told again: all counts are
/// totals since the process started, so the next report makes up for it.
/// </summary>
public sealed record ServiceReported
{
    /// <summary>Version of this shape; 1.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The service's name, such as <c>sift-extraction</c>.</summary>
    public required string Service { get; init; }

    /// <summary>Names one life of one process.</summary>
    public required Guid Instance { get; init; }

    /// <summary>Machine and process id, for people.</summary>
    public required string Process { get; init; }

    /// <summary>When the process started, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When this was told, UTC by the process's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>True in the last report of a process that ends in the orderly way.</summary>
    public bool Stopping { get; init; }

    /// <summary>Its endpoints.</summary>
    public required IReadOnlyList<EndpointReport> Endpoints { get; init; }
}

/// <summary>One endpoint of a process. Counts are totals since the process started.</summary>
public sealed record EndpointReport
{
    /// <summary>Name of the queue.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The stage, of <see cref="Stages"/> or the endpoint's own name.</summary>
    public required string Stage { get; init; }

    /// <summary>Whether somebody waits for its answers: it has no retry, error or quarantine queue then.</summary>
    public bool Interactive { get; init; }

    /// <summary>Whether it waits for a dependency that is away.</summary>
    public bool Paused { get; init; }

    /// <summary>The dependency that it waits for, for people, such as <c>blob store</c>; null while it does not wait.</summary>
    public string? WaitsFor { get; init; }

    /// <summary>Deliveries being worked on or held now.</summary>
    public long InFlight { get; init; }

    /// <summary>Deliveries consumed.</summary>
    public long Done { get; init; }

    /// <summary>Deliveries answered with <see cref="ImageRejected"/>.</summary>
    public long Rejected { get; init; }

    /// <summary>Deliveries that ended in the error queue, or went back to the broker.</summary>
    public long Failed { get; init; }

    /// <summary>Deliveries sent to the retry queue.</summary>
    public long Redelivered { get; init; }

    /// <summary>Retries in process.</summary>
    public long Retries { get; init; }

    /// <summary>Deliveries by how long they took, retries and pauses included; only classes of <see cref="DurationClasses"/> that have any.</summary>
    public IReadOnlyList<DurationCount> Durations { get; init; } = [];

    /// <summary>
    /// Seconds between the sending of a message and the beginning of its work, the longest since the report before; null where no
    /// message began that tells when it was sent.
    /// </summary>
    public double? MaxAge { get; init; }
}

/// <summary>How many deliveries took about so long.</summary>
/// <param name="Class">The class, of <see cref="DurationClasses"/>.</param>
/// <param name="Count">How many.</param>
public sealed record DurationCount(int Class, long Count);

/// <summary>
/// Classes of durations whose bounds grow by 2^(1/4), so that counts of many processes can be added and a percentile is known within a
/// tenth: class <c>i</c> holds <c>100 µs · 2^(i/4)</c> and more, below the next one's bound; the first and the last hold the rest.
/// </summary>
public static class DurationClasses
{
    /// <summary>Number of classes; the last begins at about 23 minutes.</summary>
    public const int Count = 96;

    private const double First = 1e-4;
    private const int PerOctave = 4;

    /// <summary>The class of a duration in seconds.</summary>
    public static int Of(double seconds) =>
        seconds <= First ? 0 : Math.Clamp((int)Math.Floor(Math.Log2(seconds / First) * PerOctave), 0, Count - 1);

    /// <summary>
    /// A percentile of counted durations in seconds, the geometric middle of the class where it lies; null without any.
    /// </summary>
    /// <param name="counts">For each class its count.</param>
    /// <param name="share">0 to 1.</param>
    public static double? Percentile(ReadOnlySpan<long> counts, double share)
    {
        long total = 0;
        foreach (var count in counts)
        {
            total += count;
        }

        if (total == 0)
        {
            return null;
        }

        var rank = Math.Max(1, (long)Math.Ceiling(share * total));
        long below = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            below += counts[i];
            if (below >= rank)
            {
                return First * Math.Pow(2, (i + 0.5) / PerOctave);
            }
        }

        throw new InvalidOperationException("The counts do not add up.");
    }
}
