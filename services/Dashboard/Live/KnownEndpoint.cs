namespace Pipeline.Dashboard.Live;

/// <summary>An endpoint that the monitor has heard of.</summary>
internal sealed class KnownEndpoint
{
    public string Stage { get; set; } = "";

    public bool Interactive { get; set; }

    public DateTimeOffset HeardAt { get; set; }

    public bool Stopped { get; set; }

    public ActivityBins Bins { get; } = new();
}
