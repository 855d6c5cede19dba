using System.ComponentModel.DataAnnotations;

namespace Pipeline.VectorIndex.Qdrant;

/// <summary>How Qdrant compresses dense vectors for searches that need not be exact.</summary>
public enum QdrantQuantisation
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>One byte a dimension, in memory; what is found is scored again by the vectors themselves.</summary>
    Scalar,
}

/// <summary>Which writes Qdrant keeps in order between the nodes of a cluster.</summary>
public enum QdrantOrdering
{
    /// <summary>None beyond those of one node.</summary>
    Weak,

    /// <summary>Writes go through a leader that is elected anew when it is lost.</summary>
    Medium,

    /// <summary>Writes go through one leader; none are taken while it is away.</summary>
    Strong,
}

/// <summary>Settings of the index in Qdrant, section <c>Index:Qdrant</c>.</summary>
public sealed class QdrantOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Index:Qdrant";

    /// <summary>Address of the REST interface. Plain <c>http</c> beyond this machine is refused where a key is sent.</summary>
    [Required]
    public Uri Url { get; set; } = new("http://127.0.0.1:6333");

    /// <summary>Sent as <c>api-key</c>; empty for none.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>Lets the key go over plain <c>http</c> to another machine: for a network that nobody else can listen to, such as that of one container host.</summary>
    public bool AllowInsecureKey { get; set; }

    /// <summary>Put before the name of every collection and alias, so that several systems can share a server.</summary>
    [RegularExpression(@"^[A-Za-z0-9_-]{0,64}\z")]
    public string Prefix { get; set; } = "";

    /// <summary>Longest duration of one request; 100 ms to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Longest duration of making a snapshot, or of recovering one: as long as a collection takes to be copied; 1 s to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan SnapshotTimeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// How often a request that may be repeated is, after a broken connection or a refusal for now (429, 502, 503, 504). A request that timed
    /// out is not: a slow server is not helped by more of them.
    /// </summary>
    [Range(0, 10)]
    public int Retries { get; set; } = 3;

    /// <summary>Most points of one request, read or written.</summary>
    [Range(1, 10_000)]
    public int BatchSize { get; set; } = 256;

    /// <summary>
    /// Whether dense spaces are searched exactly, as the contract of the index has it. False searches them by Qdrant's graph: much faster where
    /// there are many points, but a few near ones may be missed. Codes and sparse vectors are always searched exactly. A collection that is
    /// created while this is true has no graph, which would cost the server most of its work, and is compared point by point in any case.
    /// </summary>
    public bool Exact { get; set; } = true;

    /// <summary>Width of the search of the graph, if not <see cref="Exact"/>; 0 for the server's own.</summary>
    [Range(0, 100_000)]
    public int SearchWidth { get; set; }

    /// <summary>
    /// Most points of equal score that are compared by id where the limit of a search falls among them. Beyond that, which of them are found is
    /// up to the server.
    /// </summary>
    [Range(1000, 10_000_000)]
    public int MaxTies { get; set; } = 100_000;

    /// <summary>Of collections that are created: whether dense vectors and sparse lists are read from disk instead of held in memory.</summary>
    public bool OnDisk { get; set; }

    /// <summary>Of collections that are created: how dense vectors are compressed beside the vectors themselves; used only if not <see cref="Exact"/>.</summary>
    [EnumDataType(typeof(QdrantQuantisation))]
    public QdrantQuantisation Quantisation { get; set; }

    /// <summary>Of collections that are created: number of shards; 0 for the server's own.</summary>
    [Range(0, 1000)]
    public int Shards { get; set; }

    /// <summary>Of collections that are created: nodes that have each shard; 0 for the server's own.</summary>
    [Range(0, 100)]
    public int Replicas { get; set; }

    /// <summary>Of collections that are created: replicas that must have a write before it is told done; 0 for the server's own.</summary>
    [Range(0, 100)]
    public int WriteConsistency { get; set; }

    /// <summary>Order of writes between nodes.</summary>
    [EnumDataType(typeof(QdrantOrdering))]
    public QdrantOrdering Ordering { get; set; } = QdrantOrdering.Medium;

    /// <summary>Replicas that a read asks: a number, <c>majority</c>, <c>quorum</c> or <c>all</c>; empty for the server's own.</summary>
    [RegularExpression(@"^([1-9][0-9]?|majority|quorum|all)?\z")]
    public string ReadConsistency { get; set; } = "";
}
