using RabbitMQ.Client;

namespace Pipeline.Messaging;

/// <summary>The broker's address and credentials, from a URL or from single settings.</summary>
/// <param name="Nodes">One, or those of a cluster: whoever loses one goes to another.</param>
/// <param name="VirtualHost">The virtual host.</param>
/// <param name="User">The user; null for <c>guest</c>.</param>
/// <param name="Password">The password; null for <c>guest</c>.</param>
/// <param name="UseTls">Whether connections use TLS; all nodes' certificates name the first node then.</param>
internal sealed record BrokerAddress(IReadOnlyList<BrokerNode> Nodes, string VirtualHost, string? User, string? Password, bool UseTls)
{
    /// <summary>The account every RabbitMQ starts with, which only loopback clients may use.</summary>
    public const string Guest = "guest";

    /// <summary>The first node, which names the broker in addresses and certificates.</summary>
    public BrokerNode First => Nodes[0];

    /// <summary>The broker that the settings name.</summary>
    /// <exception cref="FormatException">They name none.</exception>
    public static BrokerAddress From(MessagingOptions options)
    {
        if (options.Url is not { } url)
        {
            return new(BrokerNode.ParseAll(options.Host, (ushort)options.Port), options.VirtualHost, Blank(options.User), Blank(options.Password), options.UseTls);
        }

        var tls = url.Scheme == "amqps";
        var credentials = url.UserInfo.Split(':', 2);
        var path = Uri.UnescapeDataString(url.AbsolutePath.TrimStart('/'));
        return new(
            [new(url.Host, url.Port > 0 ? (ushort)url.Port : (ushort)(tls ? 5671 : 5672))],
            path.Length == 0 ? "/" : path,
            Blank(Uri.UnescapeDataString(credentials[0])) ?? Blank(options.User),
            Blank(credentials.Length > 1 ? Uri.UnescapeDataString(credentials[1]) : null) ?? Blank(options.Password),
            tls);
    }

    /// <summary>Connects to any node that answers. The connection is not mended by itself: who holds it makes another.</summary>
    /// <param name="timeout">How long the broker may take to answer.</param>
    /// <param name="ct">Cancels.</param>
    public Task<IConnection> ConnectAsync(TimeSpan timeout, CancellationToken ct)
    {
        var factory = new ConnectionFactory
        {
            VirtualHost = VirtualHost,
            UserName = User ?? Guest,
            Password = Password ?? Guest,
            AutomaticRecoveryEnabled = false,
            ContinuationTimeout = timeout,
        };
        return factory.CreateConnectionAsync(Nodes.Select(node => new AmqpTcpEndpoint(node.Host, node.Port, new SslOption(First.Host, enabled: UseTls))), ct);
    }

    private static string? Blank(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
