namespace Pipeline.Messaging.Endpoints;

/// <summary>An event that must reach a work endpoint even while no process of that endpoint has ever run.</summary>
/// <param name="Event">The event's type.</param>
/// <param name="Endpoint">Name of the endpoint.</param>
internal sealed record EventRoute(Type Event, string Endpoint);
