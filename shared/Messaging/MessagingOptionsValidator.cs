using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace Pipeline.Messaging;

/// <summary>Refuses settings that cannot work, or that open a broker to everybody, before anything starts.</summary>
internal sealed class MessagingOptionsValidator : IValidateOptions<MessagingOptions>
{
    public ValidateOptionsResult Validate(string? name, MessagingOptions options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        var errors = results.Select(result => $"{MessagingOptions.Section}: {result.ErrorMessage}").ToList();

        if (!Enum.IsDefined(options.Transport))
        {
            errors.Add("Messaging:Transport must be InMemory or RabbitMq.");
        }

        if (options.MaxProbeInterval < options.ProbeInterval)
        {
            errors.Add("Messaging:MaxProbeInterval must not be shorter than Messaging:ProbeInterval.");
        }

        foreach (var (endpoint, settings) in options.Endpoints)
        {
            Check(endpoint, nameof(settings.Prefetch), settings.Prefetch is null or (>= 1 and <= 65535), "1 to 65535");
            Check(endpoint, nameof(settings.Concurrency), settings.Concurrency is null or (>= 1 and <= 4096), "1 to 4096");
            Check(endpoint, nameof(settings.BatchSize), settings.BatchSize is null or (>= 1 and <= 4096), "1 to 4096");
            Check(endpoint, nameof(settings.BatchTime), settings.BatchTime is null || (settings.BatchTime > TimeSpan.Zero && settings.BatchTime <= TimeSpan.FromMinutes(1)), "up to one minute");
        }

        if (options.Transport == MessagingTransport.RabbitMq)
        {
            errors.AddRange(CheckBroker(options));
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Check(string endpoint, string setting, bool good, string range)
        {
            if (!good)
            {
                errors.Add($"Messaging:Endpoints:{endpoint}:{setting} must be {range}.");
            }
        }
    }

    private static IEnumerable<string> CheckBroker(MessagingOptions options)
    {
        if (options.Url is { } url && (!url.IsAbsoluteUri || url.Scheme is not ("amqp" or "amqps")))
        {
            yield return "Messaging:Url must be amqp:// or amqps://.";
            yield break;
        }

        if (options.Url is null && !options.Host.Split(',', StringSplitOptions.TrimEntries).All(node => BrokerNode.TryParse(node, 1, out _)))
        {
            yield return "Messaging:Host must be a host, or several, separated by commas, each with its port if that is not Messaging:Port.";
            yield break;
        }

        var broker = BrokerAddress.From(options);
        if (broker.Nodes.All(node => IsLoopback(node.Host)))
        {
            yield break;
        }

        var name = string.Join(", ", broker.Nodes.Select(node => node.Host));
        if (broker.User is null || broker.Password is null)
        {
            yield return $"Messaging:User and Messaging:Password are required for the broker at {name}.";
        }
        else if (broker.User == BrokerAddress.Guest || broker.Password == BrokerAddress.Guest)
        {
            yield return $"Messaging: guest is refused for the broker at {name}; only a broker on loopback may be used with it.";
        }
    }

    private static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
