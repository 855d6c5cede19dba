using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

/// <summary>
/// Loaded into a service by DOTNET_STARTUP_HOOKS, which wants this name and no namespace. Kills the process in the middle of a
/// message: the metric of messages in flight is counted up on the message's own thread when its work begins, and down when
/// the work is done and the broker does not know it yet.
/// </summary>
#pragma warning disable CA1050 // The runtime looks for the type outside of any namespace.
public static class StartupHook
#pragma warning restore CA1050
{
    private static readonly Lock Gate = new();
    private static MeterListener? _listener;
    private static Queue<CrashPoint> _points = new();
    private static int _seen;

    /// <summary>
    /// Reads CRASH_POINTS (<c>endpoint:begin|end:number</c>, separated by blanks) and CRASH_MARKS, a folder: a point that has
    /// its mark there was met in an earlier life and is over.
    /// </summary>
    public static void Initialize()
    {
        var marks = Environment.GetEnvironmentVariable("CRASH_MARKS") ?? throw new InvalidOperationException("CRASH_MARKS is not set.");
        var points = Environment.GetEnvironmentVariable("CRASH_POINTS") ?? throw new InvalidOperationException("CRASH_POINTS is not set.");
        _points = new Queue<CrashPoint>(points.Split(' ').Select(point => CrashPoint.Parse(point, marks)).Where(point => !File.Exists(point.Mark)));
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "pipeline.messages.in_flight")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        _listener.SetMeasurementEventCallback<long>(OnInFlight);
        _listener.Start();
    }

    private static void OnInFlight(Instrument instrument, long change, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == "endpoint" && tag.Value is string endpoint)
            {
                Pass(endpoint, begins: change > 0);
            }
        }
    }

    private static void Pass(string endpoint, bool begins)
    {
        lock (Gate)
        {
            // One point a life, in the order given: the next one is for the process that is started again.
            if (_points.FirstOrDefault(point => point.Endpoint == endpoint) is not { } point || point.Begins != begins || ++_seen < point.Number)
            {
                return;
            }

            File.WriteAllText(point.Mark, "");
            using var self = Process.GetCurrentProcess();
            self.Kill();
            Thread.Sleep(Timeout.Infinite);
        }
    }

    private sealed record CrashPoint(string Endpoint, bool Begins, int Number, string Mark)
    {
        public static CrashPoint Parse(string point, string marks)
        {
            var parts = point.Split(':');
            return new CrashPoint(
                parts[0], parts[1] == "begin", int.Parse(parts[2], CultureInfo.InvariantCulture), Path.Combine(marks, $"{parts[0]}-{parts[1]}-{parts[2]}"));
        }
    }
}
