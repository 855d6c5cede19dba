namespace Pipeline.Tests.Benchmarks;

/// <summary>One way to get a set of pictures done.</summary>
internal interface IContender : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Gets all of them done.</summary>
    /// <param name="images">Pictures that it has not seen.</param>
    /// <param name="progress">Hears how many are done.</param>
    Task<TimeSpan> RunAsync(IReadOnlyList<BenchmarkImage> images, Action<int> progress);

    /// <summary>CPU time used so far by each of its processes; empty where it shares one with others.</summary>
    IReadOnlyDictionary<string, TimeSpan> ProcessorTime();
}
