using System.ComponentModel.DataAnnotations;
using Pipeline.Catalog;

namespace Pipeline.NeighbourMining;

/// <summary>How the mining service works; what it mines is in <see cref="Neighbours.MiningOptions"/>.</summary>
public sealed class MiningServiceOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Mining:Service";

    /// <summary>How long it waits for an answer of another service before the message is tried again. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Between two looks for images that were never mined or are marked as doubtful, left by a process that died. Default
    /// 5 minutes, the first at start.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How many sweeps apart every neighbourhood is compared with the index, and what differs is mended and counted.
    /// Default 288, once a day; 0 only by command.
    /// </summary>
    [Range(0, 1_000_000)]
    public int SweepsPerRepair { get; set; } = 288;

    /// <summary>How many images a turn of a repair compares, 1 to 1000. Default 500.</summary>
    [Range(1, ImageCatalog.MaxPage)]
    public int RepairImages { get; set; } = 500;
}
