namespace Pipeline.Contracts;

/// <summary>What every message about one image says of it, to be handed on from what it follows from.</summary>
/// <param name="Collection">The collection.</param>
/// <param name="Tenant">The tenant within the collection.</param>
/// <param name="ImageId">The image.</param>
/// <param name="CorrelationId">Follows one upload through all services and logs.</param>
/// <param name="Incarnation">Which life of the image this is about.</param>
/// <param name="Traffic">The traffic class whose queues the messages travel on.</param>
public readonly record struct EventHeader(
    string Collection, string Tenant, Guid ImageId, Guid CorrelationId, int Incarnation, TrafficClass Traffic);
