using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Pipeline.Hosting;

/// <summary>
/// Refuses to start open to the network without API keys: before a process starts, and again whenever a host that holds the
/// service is started by other means.
/// </summary>
/// <param name="server">Knows what is bound.</param>
/// <param name="configuration">Knows what is to be bound.</param>
/// <param name="section">The configuration section of the keys.</param>
/// <param name="hasKeys">Whether there are any.</param>
public sealed class LoopbackGuard(IServer server, IConfiguration configuration, string section, Func<bool> hasKeys) : IHostedService, IStartCheck
{
    /// <inheritdoc/>
    /// <exception cref="OptionsValidationException">An address beyond loopback is bound and there are no keys.</exception>
    public void Check()
    {
        if (hasKeys())
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
                section, typeof(ApiKeyOptions), [$"{open} is open to the network: configure {section}:ApiKeys, or bind 127.0.0.1."]);
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

/// <summary>Adds the guard.</summary>
public static class LoopbackGuardExtensions
{
    /// <summary>Has the process refuse to start where a service without keys would be open to the network.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="section">The configuration section of the keys.</param>
    /// <param name="hasKeys">Whether there are any; asked when the host starts.</param>
    public static IServiceCollection AddLoopbackGuard(this IServiceCollection services, string section, Func<IServiceProvider, bool> hasKeys)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddSingleton<IStartCheck>(Create);
        return services.AddSingleton<IHostedService>(Create);

        LoopbackGuard Create(IServiceProvider provider) => new(
            provider.GetRequiredService<IServer>(), provider.GetRequiredService<IConfiguration>(), section, () => hasKeys(provider));
    }
}
