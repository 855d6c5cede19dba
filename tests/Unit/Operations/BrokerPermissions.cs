using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Contracts.Events;

namespace Pipeline.Tests.Unit.Operations;

/// <summary>
/// The broker's users and what each may do, as RabbitMQ imports them. To declare, bind or dead-letter a queue its user needs
/// the rights to write to or read from both ends: see <see href="https://www.rabbitmq.com/docs/access-control#permissions"/>.
/// </summary>
internal static partial class BrokerPermissions
{
    /// <summary>The virtual host of the compose files.</summary>
    public const string VirtualHost = "pipeline";

    // Where answers go to: the bus's own names, of other systems, too, and those that the examples for other systems use.
    private const string AnswerExchanges = @"[A-Za-z0-9_.-]+_bus_[a-z0-9]+|replies-[A-Za-z0-9-]+";

    // Each dashboard hears the reports in a queue of its own; it takes failed messages, and drives them again by their endpoint's exchange.
    private const string ReportQueues = "dashboard-reports-[a-z0-9.-]+";
    private const string AnyEndpoint = "[a-z-]+";
    private const string FailureQueues = "[a-z-]+_(error|quarantine|retry)";
    private const string Dashboard = "dashboard";
    private const string Satellites = "(_error|_quarantine|_retry|_skipped)?";

    /// <summary>The definitions with a placeholder for each user's password hash.</summary>
    public static string Definitions()
    {
        var users = new JsonArray(User("operator", "administrator"), User("publisher", ""));
        var permissions = new JsonArray(
            Permission("operator", ".*", ".*", ".*"),
            // Another system that uploads: nothing but that.
            Permission("publisher", "", Pattern([Exchanges([typeof(ImageUploaded)])]), ""));
        foreach (var service in ServiceTopology.All)
        {
            users.Add(User(service.Name, ""));
            permissions.Add(Permission(service.Name, Configure(service), Write(service), Read(service)));
        }

        var definitions = new JsonObject
        {
            ["vhosts"] = new JsonArray(new JsonObject { ["name"] = VirtualHost }),
            ["users"] = users,
            ["permissions"] = permissions,
        };
        return definitions.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n";
    }

    private static string Configure(ServiceTopology service) => Pattern(
    [
        .. Endpoints(service),
        Exchanges(service.Consumed.Concat(service.Published)),
        service.Name == Dashboard ? AnyEndpoint : "",
        .. Answers(service),
    ]);

    private static string Write(ServiceTopology service) => Pattern(
    [
        .. Endpoints(service),
        Exchanges(service.Published),
        service.Name == Dashboard ? AnyEndpoint : "",
        .. Answers(service),
    ]);

    private static string Read(ServiceTopology service) => Pattern(
    [
        .. Endpoints(service),
        Exchanges(service.Consumed.Concat(service.Published)),
        service.AnswerQueues,
        service.Name == Dashboard ? FailureQueues : "",
    ]);

    private static IEnumerable<string> Endpoints(ServiceTopology service)
    {
        // A process that publishes to an endpoint declares it, with everything that belongs to it, before it has a worker.
        yield return Alternatives(service.Work.Concat(service.Routed)) is { Length: > 0 } work ? work + Satellites : "";
        yield return service.Name == Dashboard ? ReportQueues : Alternatives(service.Interactive);
    }

    private static IEnumerable<string> Answers(ServiceTopology service)
    {
        yield return service.Interactive.Count > 0 ? AnswerExchanges : service.AnswerQueues;

        // A question without an address for its answer has its failure published.
        if (service.Answered.Count > 0)
        {
            yield return $"MassTransit:Fault(--{Exchanges(service.Answered)}--)?";
        }
    }

    private static string Exchanges(IEnumerable<Type> messages) => string.Join('|', messages
        .GroupBy(message => message.Namespace!)
        .OrderBy(group => group.Key, StringComparer.Ordinal)
        .Select(group => $"{Escape(group.Key)}:{Alternatives(group.Select(message => message.Name))}")) is { Length: > 0 } all ? $"({all})" : "";

    private static string Alternatives(IEnumerable<string> names) =>
        string.Join('|', names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(Escape)) is { Length: > 0 } all ? $"({all})" : "";

    private static string Pattern(IEnumerable<string> parts) =>
        string.Join('|', parts.Where(part => part.Length > 0)) is { Length: > 0 } all ? $"^({all})$" : "";

    private static string Escape(string name) => Special().Replace(name, @"\$0");

    private static JsonObject User(string name, string tags) => new()
    {
        ["name"] = name,
        ["password_hash"] = $"@{name}@",
        ["hashing_algorithm"] = "rabbit_password_hashing_sha256",
        ["tags"] = tags,
    };

    private static JsonObject Permission(string user, string configure, string write, string read) => new()
    {
        ["user"] = user,
        ["vhost"] = VirtualHost,
        ["configure"] = configure,
        ["write"] = write,
        ["read"] = read,
    };

    [GeneratedRegex(@"[.+*?()\[\]{}|^$\\]")]
    private static partial Regex Special();
}
