using RabbitMQ.Client;

namespace Pipeline.Messaging;

/// <summary>The broker's address and credentials, from a URL or from single settings.</summary>
internal sealed record BrokerAddress(string Host, ushort Port, string VirtualHost, string? User, string? Password, bool UseTls)
{
    /// <summary>The account every RabbitMQ starts with, which only loopback clients may use.</summary>
    public const string Guest = "guest";

    public static BrokerAddress From(MessagingOptions options)
    {
        if (options.Url is not { } url)
        {
            return new(options.Host, (ushort)options.Port, options.VirtualHost, Blank(options.User), Blank(options.Password), options.UseTls);
        }

        var tls = url.Scheme == "amqps";
        var credentials = url.UserInfo.Split(':', 2);
        var path = Uri.UnescapeDataString(url.AbsolutePath.TrimStart('/'));
        return new(
            url.Host,
            url.Port > 0 ? (ushort)url.Port : (ushort)(tls ? 5671 : 5672),
            path.Length == 0 ? "/" : path,
            Blank(Uri.UnescapeDataString(credentials[0])) ?? Blank(options.User),
            Blank(credentials.Length > 1 ? Uri.UnescapeDataString(credentials[1]) : null) ?? Blank(options.Password),
            tls);
    }

    /// <summary>Makes connections that are not mended by themselves: who holds one makes another.</summary>
    public ConnectionFactory ToFactory(TimeSpan timeout) => new()
    {
        HostName = Host,
        Port = Port,
        VirtualHost = VirtualHost,
        UserName = User ?? Guest,
        Password = Password ?? Guest,
        Ssl = new SslOption(Host, enabled: UseTls),
        AutomaticRecoveryEnabled = false,
        ContinuationTimeout = timeout,
    };

    private static string? Blank(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
