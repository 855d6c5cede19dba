namespace Pipeline.Contracts;

/// <summary>What every message about one image carries.</summary>
public abstract record ImageEvent
{
    /// <summary>Version of the message's shape. Additive changes keep it; a breaking change is a new type.</summary>
    public int SchemaVersion { get; init; } = SchemaVersions.Current;

    /// <summary>The collection the image belongs to, as in <see cref="CollectionName"/>.</summary>
    public required string Collection { get; init; }

    /// <summary>The tenant within the collection; <see cref="Tenants.Default"/> where there is only one.</summary>
    public string Tenant { get; init; } = Tenants.Default;

    /// <summary>The image, as in <see cref="ImageIdentity"/>; also its point id in the index.</summary>
    public required Guid ImageId { get; init; }

    /// <summary>Follows one upload through all services and logs.</summary>
    public Guid CorrelationId { get; init; }

    /// <summary>
    /// Which life of the image this is about. An image deleted and uploaded again has a higher incarnation,
    /// so late messages about the deleted one are recognised and dropped.
    /// </summary>
    public int Incarnation { get; init; } = 1;

    /// <summary>The traffic class whose queues the message travels on.</summary>
    public TrafficClass Traffic { get; init; } = TrafficClass.Live;

    /// <summary>What a message that follows from this one takes over; see <see cref="ImageEventExtensions"/>.</summary>
    public EventHeader ToHeader() => new(Collection, Tenant, ImageId, CorrelationId, Incarnation, Traffic);
}
