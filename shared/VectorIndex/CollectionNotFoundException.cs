namespace Pipeline.VectorIndex;

/// <summary>The collection does not exist, or was dropped while the call was under way.</summary>
public sealed class CollectionNotFoundException : Exception
{
    /// <summary>Names the missing collection.</summary>
    public CollectionNotFoundException(string collection)
        : base($"There is no collection '{collection}'.") => Collection = collection;

    /// <summary>The name that was asked for.</summary>
    public string Collection { get; }
}
