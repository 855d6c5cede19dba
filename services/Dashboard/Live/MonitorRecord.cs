namespace Pipeline.Dashboard.Live;

/// <summary>What of the monitor survives a restart.</summary>
internal sealed record MonitorRecord(IReadOnlyList<StoredEndpoint> Endpoints);

/// <summary>An endpoint that was heard of, and what it did lately.</summary>
internal sealed record StoredEndpoint(
    string Name, string Stage, bool Interactive, DateTimeOffset HeardAt, bool Stopped, IReadOnlyList<ActivityBins.Bin> Bins);
