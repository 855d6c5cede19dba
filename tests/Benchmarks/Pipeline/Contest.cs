namespace Pipeline.Tests.Benchmarks;

/// <summary>One contender's rounds.</summary>
internal sealed class Contest(IContender contender)
{
    private readonly List<double> _rates = [];
    private readonly Dictionary<string, TimeSpan> _processorTime = [];
    private int _images;

    public string Name => contender.Name;

    /// <summary>Images a second of each round that counts.</summary>
    public IReadOnlyList<double> Rates => _rates;

    public double Median
    {
        get
        {
            double[] sorted = [.. _rates.Order()];
            var middle = sorted.Length / 2;
            return sorted.Length % 2 == 1 ? sorted[middle] : Math.Round((sorted[middle - 1] + sorted[middle]) / 2, 2);
        }
    }

    /// <summary>CPU time per image over all rounds that count, by process.</summary>
    public IReadOnlyDictionary<string, double> CpuMsPerImage =>
        _processorTime.ToDictionary(time => time.Key, time => Math.Round(time.Value.TotalMilliseconds / _images, 1));

    public async Task RunAsync(IReadOnlyList<BenchmarkImage> images, bool counts, Action<int> progress)
    {
        var before = contender.ProcessorTime();
        var elapsed = await contender.RunAsync(images, progress);
        if (!counts)
        {
            return;
        }

        foreach (var (process, time) in contender.ProcessorTime())
        {
            _processorTime[process] = _processorTime.GetValueOrDefault(process) + time - before[process];
        }

        _rates.Add(Math.Round(images.Count / elapsed.TotalSeconds, 2));
        _images += images.Count;
    }
}
