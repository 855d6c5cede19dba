using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.Tests.Support;

/// <summary>
/// Stands between a client and a server on loopback and can lose what passes: a connection that is open and yet carries nothing
/// is what a dead network path, or a client stuck inside, looks like.
/// </summary>
public sealed class TcpRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly string _host;
    private readonly int _port;
    private readonly Task _accepting;
    private CancellationTokenSource _drop = new();
    private int _accepted;
    private volatile int _silent;

    /// <summary>Relays to the server from now on.</summary>
    /// <param name="host">The server's.</param>
    /// <param name="port">The server's.</param>
    /// <param name="silent">That many connections, the first ones, carry nothing.</param>
    public TcpRelay(string host, int port, int silent = 0)
    {
        (_host, _port, _silent) = (host, port, silent);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where clients connect.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections accepted so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>From now on the connections that are open carry nothing; later ones do.</summary>
    public void Silence() => _silent = Accepted;

    /// <summary>Closes the connections that are open; later ones are relayed.</summary>
    public async Task DropAsync()
    {
        // Not disposed of: a connection that is being accepted may be about to link itself to it.
        await Interlocked.Exchange(ref _drop, new CancellationTokenSource()).CancelAsync();
    }

    /// <summary>Closes every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _drop.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                _connections.Add(RelayAsync(client, Interlocked.Increment(ref _accepted)));
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private async Task RelayAsync(TcpClient client, int number)
    {
        using var server = new TcpClient();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, _drop.Token);
        using (client)
        {
            try
            {
                await server.ConnectAsync(_host, _port, ended.Token);
                await Task.WhenAny(
                    CopyAsync(client.GetStream(), server.GetStream(), number, ended.Token),
                    CopyAsync(server.GetStream(), client.GetStream(), number, ended.Token));
                await ended.CancelAsync();
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // The server is not there, or the end: either way the client's connection closes.
            }
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, int number, CancellationToken ct)
    {
        var buffer = new byte[16384];
        try
        {
            while (await from.ReadAsync(buffer, ct) is var read and > 0)
            {
                if (number > _silent)
                {
                    await to.WriteAsync(buffer.AsMemory(0, read), ct);
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // One of both sides closed.
        }
    }
}
