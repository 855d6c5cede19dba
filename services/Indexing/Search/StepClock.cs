using System.Collections.Concurrent;
using System.Diagnostics;

namespace Pipeline.Indexing.Search;

/// <summary>Times the steps of one search, in milliseconds. Steps may overlap.</summary>
public sealed class StepClock
{
    private readonly ConcurrentDictionary<string, double> _steps = new(StringComparer.Ordinal);
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>Does a step; done again, the last time counts.</summary>
    public async Task<T> TimeAsync<T>(string step, Func<Task<T>> work)
    {
        var start = Stopwatch.GetTimestamp();
        var result = await work();
        _steps[step] = Math.Round(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 3);
        return result;
    }

    /// <summary>The steps' times, and <c>total</c> since the clock was made.</summary>
    public IReadOnlyDictionary<string, double> Stop()
    {
        _steps["total"] = Math.Round(Stopwatch.GetElapsedTime(_start).TotalMilliseconds, 3);
        return _steps;
    }
}
