namespace Pipeline.Storage;

/// <summary>Where the state is.</summary>
public enum StateProvider
{
    /// <summary>In a file, owned by one process.</summary>
    Sqlite,

    /// <summary>In Redis, shared by many processes.</summary>
    Redis,
}

/// <summary>Section <c>Storage:State</c>.</summary>
public sealed class StateStoreOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Storage:State";

    /// <summary>
    /// Longest allowed <see cref="Timeout"/>: well below the two minutes for which Redis remembers a transaction.
    /// </summary>
    public static readonly TimeSpan MaxTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Which store.</summary>
    public StateProvider Provider { get; set; } = StateProvider.Sqlite;

    /// <summary>For SQLite: the file.</summary>
    public string Path { get; set; } = "data/state.db";

    /// <summary>
    /// For Redis: <c>host:port,password=…</c>; with replicas all servers, <c>host:port,host:port,password=…</c>: calls go to the one
    /// that is the primary.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// For Redis: how many replicas must have a commit before it counts, 0 to 5. With at least 1 a commit survives the loss of the
    /// primary; with fewer replicas than that alive there are no commits.
    /// </summary>
    public int Replicas { get; set; }

    /// <summary>For Redis: put before every key, so that several systems can share a server.</summary>
    public string KeyPrefix { get; set; } = "pipeline:";

    /// <summary>For Redis: longest duration of a call, its repetitions included.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);
}
