using Microsoft.Extensions.Options;
using Pipeline.Contracts.Events;

namespace Pipeline.Dashboard.Live;

/// <summary>
/// Knows what the processes report: who lives, what the endpoints do, what they did in the last ten minutes. Thread-safe.
/// </summary>
internal sealed class PipelineMonitor(TimeProvider time, IOptions<DashboardOptions> options)
{
    private const int PercentileBins = 60 / ActivityBins.BinSeconds;

    // A machine's dead processes are of interest while one still looks for the cause.
    private static readonly TimeSpan Forget = TimeSpan.FromHours(1);

    // One that is silent for so long belongs to a version of the system that is gone.
    private static readonly TimeSpan ForgetEndpoint = TimeSpan.FromDays(7);

    private readonly Lock _gate = new();
    private readonly DateTimeOffset _begunAt = time.GetUtcNow();
    private readonly Dictionary<Guid, ReportedProcess> _processes = [];
    private readonly Dictionary<string, KnownEndpoint> _endpoints = new(StringComparer.Ordinal);
    private readonly Dictionary<string, QueueLengths> _queues = new(StringComparer.Ordinal);
    private bool _changed;

    /// <summary>Takes a report.</summary>
    public void Add(ServiceReported report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var now = time.GetUtcNow();
        lock (_gate)
        {
            var isKnown = _processes.TryGetValue(report.Instance, out var process);
            if (isKnown && report.At < process!.Latest.At)
            {
                return;
            }

            // What a process did before this one listened is not what it did just now.
            var isNew = !isKnown && report.StartedAt >= _begunAt;
            foreach (var endpoint in report.Endpoints.Where(endpoint => !endpoint.Endpoint.StartsWith(ServiceReportedConsumerDefinition.Prefix, StringComparison.Ordinal)))
            {
                var before = isKnown ? ReportedProcess.Find(process!.Latest, endpoint.Endpoint) : null;
                var known = EndpointOf(endpoint.Endpoint);
                (known.Stage, known.Interactive, known.HeardAt, known.Stopped) = (endpoint.Stage, endpoint.Interactive, now, report.Stopping);
                if (isKnown || isNew)
                {
                    known.Bins.Add(now.ToUnixTimeSeconds(), before, endpoint);
                }
            }

            if (isKnown)
            {
                process!.Add(report, now);
            }
            else
            {
                _processes.Add(report.Instance, new ReportedProcess(report, now));
                ForgetDead(now);
            }

            _changed = true;
        }
    }

    /// <summary>Takes what the broker says of a queue; null where it cannot be said.</summary>
    public void SetQueues(string endpoint, QueueLengths lengths)
    {
        lock (_gate)
        {
            _queues[endpoint] = lengths;
        }
    }

    /// <summary>The endpoints with queues, of which lengths can be asked for.</summary>
    public IReadOnlyList<string> WorkEndpoints()
    {
        lock (_gate)
        {
            return [.. _endpoints.Where(endpoint => !endpoint.Value.Interactive).Select(endpoint => endpoint.Key).Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>The processes, by service.</summary>
    public IReadOnlyList<ProcessFigures> Processes()
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            return [.. _processes.Values
                .Select(process => new ProcessFigures(
                    process.Latest.Service, process.Latest.Process, process.Latest.StartedAt, process.HeardAt,
                    process.IsAlive(now, options.Value.SilentAfter), process.IsStopped))
                .OrderBy(process => process.Service, StringComparer.Ordinal).ThenBy(process => process.StartedAt)];
        }
    }

    /// <summary>All endpoints that were heard of, by name; without those that are forgotten.</summary>
    public IReadOnlyList<EndpointFigures> Endpoints()
    {
        string[] names;
        lock (_gate)
        {
            names = [.. _endpoints.Keys.Order(StringComparer.Ordinal)];
        }

        return [.. names.Select(name => Figures(name, [name]))];
    }

    /// <summary>The figures of a stage: of all its endpoints together.</summary>
    public EndpointFigures Stage(FlowStage stage)
    {
        string[] names;
        lock (_gate)
        {
            names = [.. _endpoints.Keys.Where(stage.Owns)];
        }

        return Figures(stage.Id, names);
    }

    /// <summary>What is to be stored; null where nothing changed since it was last asked for.</summary>
    public MonitorRecord? TakeChanges()
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            if (!_changed)
            {
                return null;
            }

            _changed = false;
            return new MonitorRecord([.. _endpoints.Select(endpoint => new StoredEndpoint(
                endpoint.Key,
                endpoint.Value.Stage,
                endpoint.Value.Interactive,
                endpoint.Value.HeardAt,
                endpoint.Value.Stopped,
                [.. endpoint.Value.Bins.Recent(now.ToUnixTimeSeconds())]))]);
        }
    }

    /// <summary>Goes on with what was stored by an earlier life of this process.</summary>
    public void Restore(MonitorRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        lock (_gate)
        {
            var now = time.GetUtcNow();
            foreach (var stored in record.Endpoints.Where(stored => !_endpoints.ContainsKey(stored.Name) && now - stored.HeardAt < ForgetEndpoint))
            {
                var known = EndpointOf(stored.Name);
                (known.Stage, known.Interactive, known.HeardAt, known.Stopped) = (stored.Stage, stored.Interactive, stored.HeardAt, stored.Stopped);
                foreach (var bin in stored.Bins)
                {
                    known.Bins.Restore(bin);
                }
            }
        }
    }

    private EndpointFigures Figures(string name, IReadOnlyList<string> endpoints)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            KnownEndpoint[] known = [.. endpoints.Select(_endpoints.GetValueOrDefault).OfType<KnownEndpoint>()];
            if (known.Length == 0)
            {
                return new EndpointFigures { Name = name, State = StageState.Unknown };
            }

            var alive = _processes.Values
                .Where(process => process.IsAlive(now, options.Value.SilentAfter) && endpoints.Any(endpoint => ReportedProcess.Find(process.Latest, endpoint) is not null))
                .ToArray();
            EndpointReport[] reports = [.. alive.SelectMany(process => endpoints.Select(endpoint => ReportedProcess.Find(process.Latest, endpoint))).OfType<EndpointReport>()];
            var second = now.ToUnixTimeSeconds();
            ActivityBins.Bin[] bins = [.. known.SelectMany(endpoint => endpoint.Bins.Recent(second))];
            var durations = new long[DurationClasses.Count];
            foreach (var bin in bins.Where(bin => bin.Number > (second / ActivityBins.BinSeconds) - PercentileBins))
            {
                for (var i = 0; i < durations.Length; i++)
                {
                    durations[i] += bin.Durations[i];
                }
            }

            var rates = alive.SelectMany(process => endpoints.Select(process.Rate)).OfType<double>().ToArray();
            var latest = known.MaxBy(endpoint => endpoint.HeardAt)!;
            var queues = endpoints.Select(endpoint => _queues.GetValueOrDefault(endpoint)).ToArray();
            return new EndpointFigures
            {
                Name = name,
                Stage = known[0].Stage,
                Interactive = known[0].Interactive,
                State = StateOf(alive.Length, reports),
                WaitsFor = WaitsFor(reports),
                SilentSince = alive.Length == 0 ? latest.HeardAt : null,
                Stopped = alive.Length == 0 && latest.Stopped,
                Processes = alive.Length,
                Rate = alive.Length == 0 || rates.Length == 0 ? null : rates.Sum(),
                InFlight = alive.Length == 0 ? null : reports.Sum(report => report.InFlight),
                Age = alive.SelectMany(process => endpoints.Select(process.Age)).Max(),
                P50 = DurationClasses.Percentile(durations, 0.5),
                P95 = DurationClasses.Percentile(durations, 0.95),
                Retries = bins.Sum(bin => bin.Retries),
                Rejected = bins.Sum(bin => bin.Rejected),
                Failed = bins.Sum(bin => bin.Failed),
                Queued = Sum(queues, queue => queue.Ready),
                InRetry = Sum(queues, queue => queue.Retry),
                InError = Sum(queues, queue => queue.Error),
                InQuarantine = Sum(queues, queue => queue.Quarantine),
                History = HistoryOf(bins, second),
            };
        }
    }

    private static StageState StateOf(int alive, EndpointReport[] reports) =>
        alive == 0 ? StageState.Down
        : reports.Any(report => report.Paused) ? StageState.Paused
        : reports.Any(report => report.InFlight > 0) ? StageState.Working
        : StageState.Idle;

    private static string? WaitsFor(EndpointReport[] reports) =>
        reports.Select(report => report.WaitsFor).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray() is { Length: > 0 } names
            ? string.Join(", ", names)
            : null;

    // Unknown as soon as one part of the sum is.
    private static long? Sum(QueueLengths?[] queues, Func<QueueLengths, long?> length)
    {
        long sum = 0;
        foreach (var queue in queues)
        {
            if (queue is null || length(queue) is not { } messages)
            {
                return null;
            }

            sum += messages;
        }

        return sum;
    }

    private static double[] HistoryOf(ActivityBins.Bin[] bins, long second)
    {
        var history = new double[ActivityBins.Count];
        var first = (second / ActivityBins.BinSeconds) - ActivityBins.Count + 1;
        foreach (var bin in bins)
        {
            history[bin.Number - first] += (double)(bin.Done + bin.Rejected + bin.Failed + bin.Redelivered) / ActivityBins.BinSeconds;
        }

        return history;
    }

    private KnownEndpoint EndpointOf(string name)
    {
        if (!_endpoints.TryGetValue(name, out var endpoint))
        {
            endpoint = _endpoints[name] = new KnownEndpoint();
        }

        return endpoint;
    }

    private void ForgetDead(DateTimeOffset now)
    {
        foreach (var dead in _processes.Where(process => now - process.Value.HeardAt > Forget).Select(process => process.Key).ToArray())
        {
            _processes.Remove(dead);
        }

        foreach (var gone in _endpoints.Where(endpoint => now - endpoint.Value.HeardAt > ForgetEndpoint).Select(endpoint => endpoint.Key).ToArray())
        {
            _endpoints.Remove(gone);
            _queues.Remove(gone);
        }
    }
}
