namespace Pipeline.Dashboard.Live;

/// <summary>What is known of one or several endpoints at a moment. Null is unknown, never zero.</summary>
public sealed record EndpointFigures
{
    /// <summary>The endpoint, or the stage.</summary>
    public required string Name { get; init; }

    /// <summary>The stage it belongs to.</summary>
    public string Stage { get; init; } = "";

    /// <summary>Whether somebody waits for its answers.</summary>
    public bool Interactive { get; init; }

    /// <summary>How it stands.</summary>
    public required StageState State { get; init; }

    /// <summary>What its paused processes wait for; null where none waits, or none says for what.</summary>
    public string? WaitsFor { get; init; }

    /// <summary>When the last process of it was heard of, where it is down.</summary>
    public DateTimeOffset? SilentSince { get; init; }

    /// <summary>Whether its last process said that it ends, where it is down.</summary>
    public bool Stopped { get; init; }

    /// <summary>Living processes that work at it.</summary>
    public int Processes { get; init; }

    /// <summary>Deliveries a second.</summary>
    public double? Rate { get; init; }

    /// <summary>Deliveries being worked on or held.</summary>
    public long? InFlight { get; init; }

    /// <summary>The longest wait of a message begun in the last seconds, in seconds.</summary>
    public double? Age { get; init; }

    /// <summary>Median time of a delivery, over the last minute, in seconds.</summary>
    public double? P50 { get; init; }

    /// <summary>95th percentile of that time, over the last minute, in seconds.</summary>
    public double? P95 { get; init; }

    /// <summary>Retries in process, over the last ten minutes.</summary>
    public long? Retries { get; init; }

    /// <summary>Deliveries rejected for good, over the last ten minutes.</summary>
    public long? Rejected { get; init; }

    /// <summary>Deliveries that failed, over the last ten minutes.</summary>
    public long? Failed { get; init; }

    /// <summary>Messages that wait in the queue, of its own and its bulk queue.</summary>
    public long? Queued { get; init; }

    /// <summary>Messages that wait in the retry queue.</summary>
    public long? InRetry { get; init; }

    /// <summary>Messages in the error queue.</summary>
    public long? InError { get; init; }

    /// <summary>Messages in quarantine.</summary>
    public long? InQuarantine { get; init; }

    /// <summary>Deliveries a second in each bin of the last ten minutes, oldest first.</summary>
    public IReadOnlyList<double> History { get; init; } = [];
}
