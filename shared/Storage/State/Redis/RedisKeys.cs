namespace Pipeline.Storage;

/// <summary>Names of the Redis keys. A table's name has no colon, so table and id cannot run into each other.</summary>
internal sealed class RedisKeys(string prefix)
{
    /// <summary>The counter from which every put takes its version.</summary>
    public string Clock { get; } = prefix + "clock";

    /// <summary>A string: version, line feed, value.</summary>
    public string Record(StateKey key) => $"{prefix}r:{key.Table}:{key.Id}";

    /// <summary>A sorted set of the table's record ids, all of score 0, which Redis orders by their bytes.</summary>
    public string Table(string table) => $"{prefix}t:{table}";

    /// <summary>A set.</summary>
    public string Set(StateKey key) => $"{prefix}s:{key.Table}:{key.Id}";

    /// <summary>A sorted set.</summary>
    public string Sorted(StateKey key) => $"{prefix}z:{key.Table}:{key.Id}";

    /// <summary>A counter.</summary>
    public string Counter(StateKey key) => $"{prefix}c:{key.Table}:{key.Id}";

    /// <summary>Says for a while that this transaction was applied.</summary>
    public string Marker(Guid transaction) => $"{prefix}x:{transaction:N}";
}
