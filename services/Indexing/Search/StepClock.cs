using System.Diagnostics;

namespace Pipeline.Indexing.Search;

/// <summary>Times the steps of one search, in milliseconds.</summary>
internal sealed class StepClock
{
    private readonly Dictionary<string, double> _steps = [];
    private readonly long _start = Stopwatch.GetTimestamp();

    public async Task<T> TimeAsync<T>(string step, Func<Task<T>> work)
    {
        var start = Stopwatch.GetTimestamp();
        var result = await work();
        _steps[step] = Math.Round(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 3);
        return result;
    }

    public IReadOnlyDictionary<string, double> Stop()
    {
        _steps["total"] = Math.Round(Stopwatch.GetElapsedTime(_start).TotalMilliseconds, 3);
        return _steps;
    }
}
