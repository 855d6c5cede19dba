using System.ComponentModel.DataAnnotations;

namespace Pipeline.VectorIndex;

/// <summary>Where the index is.</summary>
public enum IndexProvider
{
    /// <summary>In this process, durable in a file.</summary>
    Embedded,

    /// <summary>In a Qdrant server; see <see cref="Qdrant.QdrantOptions"/>.</summary>
    Qdrant,
}

/// <summary>Which index, and the settings of the embedded one; section <c>Index</c>.</summary>
public sealed class VectorIndexOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Index";

    /// <summary>Which index.</summary>
    [EnumDataType(typeof(IndexProvider))]
    public IndexProvider Provider { get; set; } = IndexProvider.Embedded;

    /// <summary>Directory of the index; created if missing. One process at a time may have it open.</summary>
    [Required]
    public string Path { get; set; } = "data/index";

    /// <summary>Most threads one search may use; 0 for one per core. Small collections are searched by one thread anyway.</summary>
    [Range(0, 1024)]
    public int MaxThreads { get; set; }

    /// <summary>
    /// Neighbours in each list of the nearest-neighbour graphs (k); mining needs as many as the largest of its p, q and m. A graph kept with another number is computed anew when it
    /// is next asked for.
    /// </summary>
    [Range(1, 1000)]
    public int GraphNeighbours { get; set; } = 16;

    /// <summary>
    /// Of an index that keeps no graphs: how many of a point's nearest are asked whether they name it in return, and at least its k
    /// neighbours. 0 for the larger of 64 and 4 k.
    /// </summary>
    [Range(0, 10_000)]
    public int GraphCandidates { get; set; }

    /// <summary>
    /// Points of a collection from which on a search for all codes within a radius has tables made, which then are kept up to date and
    /// take some 150 bytes for a code of 64 bits; fewer are scanned.
    /// </summary>
    [Range(0, int.MaxValue)]
    public int CodeTablesFrom { get; set; } = 65_536;

    /// <summary>Most points that concurrent writes put into one transaction. A single larger write is still one transaction.</summary>
    [Range(1, 1_000_000)]
    public int MaxCommitPoints { get; set; } = 2048;

    /// <summary>Most writes that wait for the writer; further callers wait for room.</summary>
    [Range(1, 1_000_000)]
    public int WriteQueueCapacity { get; set; } = 1024;
}
