namespace Pipeline.VectorIndex;

/// <summary>An index that tells how its collections are.</summary>
public interface IIndexStatus
{
    /// <summary>How a collection is.</summary>
    /// <exception cref="CollectionNotFoundException">There is no such collection.</exception>
    Task<IndexStatus> GetStatusAsync(string collection, CancellationToken ct = default);
}

/// <summary>How a collection of an index is.</summary>
public enum IndexStatus
{
    /// <summary>All is done.</summary>
    Green,

    /// <summary>It answers, and still works on what was written.</summary>
    Yellow,

    /// <summary>Work on what was written waits to be begun.</summary>
    Grey,

    /// <summary>A part of it has failed.</summary>
    Red,
}
