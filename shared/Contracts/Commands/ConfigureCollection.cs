namespace Pipeline.Contracts.Commands;

/// <summary>
/// Give a collection these settings in place of those it has. A request, answered by <see cref="CollectionConfigured"/>. Limits hold for
/// uploads from then on; what is over a new limit already stays.
/// </summary>
public sealed record ConfigureCollection
{
    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>All its settings.</summary>
    public required CollectionSettings Settings { get; init; }

    /// <summary>Revision of the settings that these were made from: refused if somebody changed them since. Null: whatever they are.</summary>
    public int? ExpectedRevision { get; init; }
}

/// <summary>The collection has these settings.</summary>
public sealed record CollectionConfigured
{
    /// <summary>The collection.</summary>
    public required string Collection { get; init; }

    /// <summary>Its settings.</summary>
    public required CollectionSettings Settings { get; init; }

    /// <summary>Counts their changes.</summary>
    public required int Revision { get; init; }
}
