using System.Net;
using System.Net.Sockets;

namespace Pipeline.Tests.Support;

/// <summary>Finds loopback ports that nobody uses.</summary>
public static class FreePort
{
    // Below the ephemeral range, so that no outgoing connection takes the port while its process restarts.
    private const int First = 10_000;
    private const int Last = 32_000;
    private const int Attempts = 1000;

    /// <summary>A free port on 127.0.0.1.</summary>
    public static int Find()
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var port = Random.Shared.Next(First, Last);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // Taken: the next one.
            }
        }

        throw new InvalidOperationException($"No port between {First} and {Last} is free.");
    }
}
