using System.Diagnostics;

namespace Pipeline.Tests.Benchmarks;

/// <summary>CPU time of contenders that run in the benchmark's own process, one at a time.</summary>
internal static class InProcess
{
    public static IReadOnlyDictionary<string, TimeSpan> ProcessorTime()
    {
        using var process = Process.GetCurrentProcess();
        return new Dictionary<string, TimeSpan> { ["all"] = process.TotalProcessorTime };
    }
}
