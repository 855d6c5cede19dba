using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Pipeline.Storage;

namespace Pipeline.Hosting;

/// <summary>How much room the blobs have: the volume that holds <c>Storage:Blobs:Root</c>.</summary>
public sealed class StorageMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Pipeline.Storage";

    /// <summary>Creates the instruments.</summary>
    public StorageMetrics(IMeterFactory meters, IOptions<BlobStoreOptions> options)
    {
        ArgumentNullException.ThrowIfNull(meters);
        ArgumentNullException.ThrowIfNull(options);
        var volume = new DriveInfo(Path.GetFullPath(options.Value.Root));
        var meter = meters.Create(MeterName);
        meter.CreateObservableGauge("pipeline.storage.free", () => Measure(v => v.AvailableFreeSpace), "By", "Room left on the volume of the blobs.");
        meter.CreateObservableGauge("pipeline.storage.size", () => Measure(v => v.TotalSize), "By", "Size of the volume of the blobs.");

        // A volume that does not answer has no figures; that it is away is told by readiness and by paused endpoints.
        IEnumerable<Measurement<long>> Measure(Func<DriveInfo, long> bytes)
        {
            try
            {
                return [new Measurement<long>(bytes(volume), new KeyValuePair<string, object?>("store", "blobs"))];
            }
            catch (IOException)
            {
                return [];
            }
        }
    }
}
