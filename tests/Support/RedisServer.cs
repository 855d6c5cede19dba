using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Pipeline.Tests.Support;

/// <summary>
/// A real Redis: the one PIPELINE_REDIS_URL names (<c>redis://:password@host:port</c>), or Debian's, started privately with
/// its append-only file synced at every write. Tests isolate themselves by key prefix.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly PrivateServer? _private;

    private RedisServer(PrivateServer? owned, Uri url)
    {
        _private = owned;
        Url = url;
        var password = Uri.UnescapeDataString(url.UserInfo.Split(':', 2)[^1]);
        var endpoint = $"{url.Host}:{(url.Port < 0 ? 6379 : url.Port)}";
        ConnectionString = password.Length == 0 ? endpoint : $"{endpoint},password={password}";
    }

    /// <summary><c>redis://:password@host:port</c></summary>
    public Uri Url { get; }

    /// <summary>The same in StackExchange.Redis's form.</summary>
    public string ConnectionString { get; }

    /// <summary>Its process id if this process started it, else null.</summary>
    public int? Pid => _private?.Pid("pid");

    /// <summary>Connects to the configured server or starts a private one, and waits until it answers.</summary>
    /// <param name="parent">Where a private one's folder is created; null: the system's temporary folder.</param>
    public static async Task<RedisServer> StartAsync(string? parent = null)
    {
        if (Environment.GetEnvironmentVariable("PIPELINE_REDIS_URL") is { Length: > 0 } url)
        {
            return new RedisServer(null, new Uri(url));
        }

        var owned = await PrivateServer.StartAsync("redis", parent);
        return new RedisServer(owned, new Uri(owned.Settings["url"]));
    }

    /// <summary>Starts Debian's whatever is configured: for a test that stops it, which no other test should notice.</summary>
    public static async Task<RedisServer> StartPrivateAsync()
    {
        var owned = await PrivateServer.StartAsync("redis");
        return new RedisServer(owned, new Uri(owned.Settings["url"]));
    }

    /// <summary>Starts another one that follows this one.</summary>
    public async Task<RedisServer> StartReplicaAsync()
    {
        var owned = await PrivateServer.StartAsync("redis", arguments: ["--replica-of", Owned().Settings["dir"]]);
        return new RedisServer(owned, new Uri(owned.Settings["url"]));
    }

    /// <summary>Starts a sentinel, which makes a replica of this one the primary when this one is gone for a second.</summary>
    public async Task<IAsyncDisposable> StartSentinelAsync() =>
        await PrivateServer.StartAsync("redis", arguments: ["--sentinel-of", Owned().Settings["dir"]]);

    /// <summary>Bytes of memory that its data take.</summary>
    public async Task<long> UsedMemoryAsync() =>
        long.Parse(await InfoAsync("memory", "used_memory"), CultureInfo.InvariantCulture);

    /// <summary>One figure that it gives of itself: <c>INFO SECTION</c>'s line <c>NAME:…</c>.</summary>
    public async Task<string> InfoAsync(string section, string name)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Url.Host, Url.Port < 0 ? 6379 : Url.Port);
        using var answers = new StreamReader(client.GetStream());
        var password = Uri.UnescapeDataString(Url.UserInfo.Split(':', 2)[^1]);
        var commands = $"INFO {section}\r\nQUIT\r\n";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(password.Length == 0 ? commands : $"AUTH {password}\r\n{commands}"));
        var line = (await answers.ReadToEndAsync()).Split('\n').First(text => text.StartsWith($"{name}:", StringComparison.Ordinal));
        return line[(name.Length + 1)..].TrimEnd('\r');
    }

    /// <summary>A key prefix that no other test has.</summary>
    public static string NewKeyPrefix() => $"test-{Guid.NewGuid():N}:";

    /// <summary>SIGKILL, as a crash; its data stay.</summary>
    public Task KillAsync() => Owned().KillAsync("pid");

    /// <summary>Ends it in the orderly way; its data stay.</summary>
    public Task StopAsync() => Owned().StopAsync();

    /// <summary>Starts it again on the same port and data, and waits until it answers.</summary>
    public Task RestartAsync() => Owned().StartAgainAsync();

    /// <summary>Freezes it (SIGSTOP): connections stay open and nothing answers.</summary>
    public Task FreezeAsync() => Owned().SignalAsync("STOP", "pid");

    /// <summary>Lets a frozen server go on.</summary>
    public Task ThawAsync() => Owned().SignalAsync("CONT", "pid");

    /// <summary>Ends the process it started, and only that.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_private is not null)
        {
            await _private.DisposeAsync();
        }
    }

    private PrivateServer Owned() =>
        _private ?? throw new NotSupportedException("A Redis given by PIPELINE_REDIS_URL is not ours to kill or restart.");
}
