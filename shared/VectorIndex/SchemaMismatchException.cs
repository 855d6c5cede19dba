namespace Pipeline.VectorIndex;

/// <summary>A collection exists with other spaces than asked for.</summary>
public sealed class SchemaMismatchException : Exception
{
    /// <summary>Names both schemas.</summary>
    public SchemaMismatchException(string collection, CollectionSchema existing, CollectionSchema asked)
        : base($"The collection '{collection}' exists with the spaces {existing}, not {asked}.") => Collection = collection;

    /// <summary>The collection.</summary>
    public string Collection { get; }
}
