using Pipeline.Contracts.Events;

namespace Pipeline.Dashboard.Live;

/// <summary>What an endpoint did over the last ten minutes, in bins of five seconds.</summary>
internal sealed class ActivityBins
{
    /// <summary>Length of a bin.</summary>
    public const int BinSeconds = 5;

    /// <summary>Number of bins kept.</summary>
    public const int Count = 120;

    private readonly Bin?[] _bins = new Bin?[Count];

    /// <summary>Adds what happened between two reports of one process.</summary>
    /// <param name="second">When the later one arrived, in seconds since 1970.</param>
    /// <param name="before">The earlier one; null where the process did nothing before.</param>
    /// <param name="after">The later one.</param>
    public void Add(long second, EndpointReport? before, EndpointReport after)
    {
        var done = after.Done - (before?.Done ?? 0);
        var rejected = after.Rejected - (before?.Rejected ?? 0);
        var failed = after.Failed - (before?.Failed ?? 0);
        var redelivered = after.Redelivered - (before?.Redelivered ?? 0);
        var retries = after.Retries - (before?.Retries ?? 0);
        if ((done | rejected | failed | redelivered | retries) == 0)
        {
            return;
        }

        var bin = At(second / BinSeconds);
        bin.Done += done;
        bin.Rejected += rejected;
        bin.Failed += failed;
        bin.Redelivered += redelivered;
        bin.Retries += retries;
        var known = before?.Durations.ToDictionary(d => d.Class, d => d.Count) ?? [];
        foreach (var duration in after.Durations)
        {
            if (duration.Class is >= 0 and < DurationClasses.Count)
            {
                bin.Durations[duration.Class] += duration.Count - known.GetValueOrDefault(duration.Class);
            }
        }
    }

    /// <summary>Puts a bin back that was stored.</summary>
    public void Restore(Bin bin)
    {
        ArgumentNullException.ThrowIfNull(bin);
        if (bin.Durations.Length == DurationClasses.Count)
        {
            _bins[bin.Number % Count] = bin;
        }
    }

    /// <summary>The bins that are not older than the last ten minutes, in no particular order.</summary>
    public IEnumerable<Bin> Recent(long second)
    {
        var now = second / BinSeconds;
        return _bins.OfType<Bin>().Where(bin => bin.Number > now - Count && bin.Number <= now);
    }

    private Bin At(long number)
    {
        ref var bin = ref _bins[number % Count];
        if (bin?.Number != number)
        {
            bin = new Bin { Number = number };
        }

        return bin;
    }

    /// <summary>What was done in one bin's time.</summary>
    internal sealed class Bin
    {
        /// <summary>Seconds since 1970, divided by the bin's length.</summary>
        public required long Number { get; init; }

        public long Done { get; set; }

        public long Rejected { get; set; }

        public long Failed { get; set; }

        public long Redelivered { get; set; }

        public long Retries { get; set; }

        /// <summary>For each class of <see cref="DurationClasses"/> its count.</summary>
        public long[] Durations { get; init; } = new long[DurationClasses.Count];
    }
}
