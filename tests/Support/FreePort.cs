using System.Net;
using System.Net.Sockets;

namespace Pipeline.Tests.Support;

/// <summary>Finds a port for a server that another process is to open.</summary>
public static class FreePort
{
    // Below the ephemeral range, so that no outgoing connection takes the port while its process restarts.
    private const int First = 10_000;
    private const int Last = 32_000;
    private const int Attempts = 1000;
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    // Shared with free_port of infra/lib/private-server.sh: whoever opens a port does so seconds after it was chosen, and a cluster chooses
    // ten before its first process listens.
    private static readonly string Chosen = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"pipeline-ports-{Environment.UserName}")).FullName;

    /// <summary>A loopback port that nobody listens on, and that nobody else is given within the next minutes.</summary>
    /// <exception cref="InvalidOperationException">There seems to be none.</exception>
    public static int Find()
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var port = Random.Shared.Next(First, Last);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                if (TryChoose(port))
                {
                    return port;
                }
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // Taken: the next one.
            }
        }

        throw new InvalidOperationException($"No port between {First} and {Last} is free.");
    }

    private static bool TryChoose(int port)
    {
        var mark = new FileInfo(Path.Combine(Chosen, port.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        if (mark.Exists && mark.LastWriteTimeUtc < DateTime.UtcNow - Kept)
        {
            mark.Delete();
        }

        try
        {
            using var made = mark.Open(FileMode.CreateNew);
            return true;
        }
        catch (IOException) when (File.Exists(mark.FullName))
        {
            return false;
        }
    }
}
