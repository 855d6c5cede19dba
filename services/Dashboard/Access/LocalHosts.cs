using System.Net;

namespace Pipeline.Dashboard.Access;

/// <summary>Tells whether a request stays on the machine.</summary>
internal static class LocalHosts
{
    /// <summary>Whether the host that a request names is loopback.</summary>
    public static bool IsLoopback(HostString host) =>
        host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
