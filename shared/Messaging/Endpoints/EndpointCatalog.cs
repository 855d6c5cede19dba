namespace Pipeline.Messaging.Endpoints;

/// <summary>The process's endpoints, by name, as they were configured.</summary>
internal sealed class EndpointCatalog
{
    private readonly Dictionary<string, EndpointSettings> _settings = new(StringComparer.Ordinal);

    /// <summary>All of them; complete once the bus is made.</summary>
    public IReadOnlyCollection<EndpointSettings> All => _settings.Values;

    public void Add(EndpointSettings settings) => _settings.Add(settings.Name, settings);

    public EndpointSettings ByAddress(Uri address) =>
        _settings.TryGetValue(address.Segments[^1], out var settings)
            ? settings
            : throw new InvalidOperationException($"Endpoint '{address.Segments[^1]}' was not configured by AddPipelineMessaging.");
}
