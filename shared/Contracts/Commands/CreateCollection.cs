namespace Pipeline.Contracts.Commands;

/// <summary>Create a collection; creating one that exists succeeds and leaves its settings. A request, answered by <see cref="CollectionCreated"/>.</summary>
public sealed record CreateCollection
{
    /// <summary>A name that obeys <see cref="CollectionName"/>.</summary>
    public required string Collection { get; init; }

    /// <summary>Its settings; null for none of its own.</summary>
    public CollectionSettings? Settings { get; init; }
}

/// <summary>The collection exists.</summary>
public sealed record CollectionCreated
{
    /// <summary>Its name.</summary>
    public required string Collection { get; init; }

    /// <summary>False if it existed before.</summary>
    public required bool Created { get; init; }
}
