using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using Pipeline.Hosting;

namespace Pipeline.Gateway;

/// <summary>
/// Refuses to start open to the network without API keys: before a process starts, and again whenever a host that holds the
/// Gateway is started by other means.
/// </summary>
public sealed class LoopbackGuard(IServer server, IConfiguration configuration, IOptions<GatewayOptions> options) : IHostedService, IStartCheck
{
    /// <inheritdoc/>
    /// <exception cref="OptionsValidationException">An address beyond loopback is bound and there are no keys.</exception>
    public void Check()
    {
        if (options.Value.ApiKeys.Count > 0)
        {
            return;
        }

        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var configured = configuration[WebHostDefaults.ServerUrlsKey]?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(e => e["Url"]).OfType<string>();
        // Ports alone mean every network interface; an address beside them wins over them.
        var ports = configured.Length > 0
            ? []
            : ((string[])["http_ports", "https_ports"]).SelectMany(key => configuration[key]?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [])
                .Select(port => $"http://*:{port}");
        var open = addresses.Concat(configured).Concat(endpoints).Concat(ports).FirstOrDefault(a => !IsLoopback(a));
        if (open is not null)
        {
            throw new OptionsValidationException(
                GatewayOptions.SectionName, typeof(GatewayOptions), [$"{open} is open to the network: configure Gateway:ApiKeys, or bind 127.0.0.1."]);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="OptionsValidationException">An address beyond loopback is bound and there are no keys.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Check();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static bool IsLoopback(string address)
    {
        var parsed = BindingAddress.Parse(address);
        return parsed.IsUnixPipe
            || parsed.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(parsed.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
    }
}
