using System.Diagnostics.Metrics;

namespace Pipeline.Catalog;

/// <summary>What operators see of trainings of one kind of artifact.</summary>
public abstract class TrainingMetrics
{
    private readonly Counter<long> _trainings;
    private readonly Histogram<double> _seconds;
    private double _progress = 1;

    /// <summary>Creates the instruments.</summary>
    /// <param name="meters">Makes the meter.</param>
    /// <param name="meterName">Its name.</param>
    /// <param name="work">One of them, as it stands in the instruments' names: <c>encoder_training</c>.</param>
    /// <param name="outcomes">The outcomes that the counter tells apart.</param>
    protected TrainingMetrics(IMeterFactory meters, string meterName, string work, string outcomes)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(meterName);
        _trainings = meter.CreateCounter<long>($"pipeline_{work}s", description: $"Trainings by outcome: {outcomes}");
        _seconds = meter.CreateHistogram<double>($"pipeline_{work}_seconds", "s", "Duration of trainings that were done");
        meter.CreateObservableGauge($"pipeline_{work}_progress", () => Volatile.Read(ref _progress), description: "Share of the running training that is done; 1 while there is none");
    }

    /// <summary>The share of the running training that is done, 0 to 1.</summary>
    public void Progress(double share) => Volatile.Write(ref _progress, share);

    /// <summary>A training was done.</summary>
    /// <param name="outcome">What came of it.</param>
    /// <param name="elapsed">How long it took.</param>
    public void Done(string outcome, TimeSpan elapsed)
    {
        Count(outcome);
        _seconds.Record(elapsed.TotalSeconds);
    }

    /// <summary>A training was refused for good.</summary>
    public void Failed() => Count("failed");

    private void Count(string outcome) => _trainings.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
