using Pipeline.Contracts.Events;

namespace Pipeline.Dashboard.Live;

/// <summary>One life of one process, by its reports.</summary>
internal sealed class ReportedProcess
{
    // A rate over fewer seconds jumps, over more it lags.
    private const int Window = 6;
    private readonly Queue<ServiceReported> _window = new();

    public ReportedProcess(ServiceReported first, DateTimeOffset heardAt)
    {
        Latest = first;
        HeardAt = heardAt;
        _window.Enqueue(first);
    }

    /// <summary>The latest report.</summary>
    public ServiceReported Latest { get; private set; }

    /// <summary>When it arrived, by the clock of this process: those of others may differ.</summary>
    public DateTimeOffset HeardAt { get; private set; }

    /// <summary>Whether the process said that it ends.</summary>
    public bool IsStopped => Latest.Stopping;

    public void Add(ServiceReported report, DateTimeOffset heardAt)
    {
        Latest = report;
        HeardAt = heardAt;
        _window.Enqueue(report);
        if (_window.Count > Window)
        {
            _window.Dequeue();
        }
    }

    /// <summary>Whether it lives, as far as is known.</summary>
    public bool IsAlive(DateTimeOffset now, TimeSpan silentAfter) => !IsStopped && now - HeardAt <= silentAfter;

    /// <summary>Deliveries that an endpoint came to the end of, a second, over the last few reports; null before the second one.</summary>
    public double? Rate(string endpoint)
    {
        var oldest = _window.Peek();
        var seconds = (Latest.At - oldest.At).TotalSeconds;
        return seconds <= 0 || Find(Latest, endpoint) is not { } after || Find(oldest, endpoint) is not { } before
            ? null
            : (Ended(after) - Ended(before)) / seconds;
    }

    /// <summary>The longest wait of a message whose work began within the last few reports, in seconds; null without any.</summary>
    public double? Age(string endpoint) => _window.Max(report => Find(report, endpoint)?.MaxAge);

    /// <summary>An endpoint in a report, or null.</summary>
    public static EndpointReport? Find(ServiceReported report, string endpoint)
    {
        foreach (var candidate in report.Endpoints)
        {
            if (candidate.Endpoint == endpoint)
            {
                return candidate;
            }
        }

        return null;
    }

    private static long Ended(EndpointReport report) => report.Done + report.Rejected + report.Failed + report.Redelivered;
}
