using System.Net;
using System.Net.Sockets;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Infrastructure;

/// <summary>infra/up and infra/down with the real services, RabbitMQ and Redis.</summary>
public sealed class UpAndDownTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("up-");
    private readonly int _port = FreePort();

    [Fact]
    public async Task Every_service_becomes_ready_as_a_process_of_its_own_and_down_ends_exactly_those()
    {
        var up = await Script.RunAsync($"infra/up '{_folder.FullName}' --port {_port} --scale sift-extraction=2");
        Assert.True(up.ExitCode == 0, up.Output + up.Error);
        var processes = ProcessesOf(up.Output);
        Assert.Equal(
            ["cnn-extraction", "dashboard", "gateway", "hash-encoding", "indexing", "model-updating", "neighbour-mining", "rabbitmq", "redis", "sift-extraction-1", "sift-extraction-2", "upload"],
            processes.Keys.Order(StringComparer.Ordinal));
        Assert.All(processes.Values, id => Assert.True(Lives(id)));
        using var http = new HttpClient();
        using var ready = await http.GetAsync(new Uri($"http://127.0.0.1:{_port}/health/ready"));
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);

        var again = await Script.RunAsync($"infra/up '{_folder.FullName}'");
        Assert.Equal(0, again.ExitCode);
        Assert.StartsWith("Up already:", again.Output, StringComparison.Ordinal);
        Assert.Equal(processes, ProcessesOf(again.Output));

        var keeper = int.Parse((await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "keep-logs.pid"))).Split(' ')[0], null);
        Assert.True(Lives(keeper));

        var down = await Script.RunAsync($"infra/down '{_folder.FullName}'");
        Assert.True(down.ExitCode == 0, down.Output + down.Error);
        Assert.All([.. processes.Values, keeper], id => Assert.False(Lives(id)));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Script.RunAsync($"infra/down '{_folder.FullName}'");
        _folder.Delete(recursive: true);
    }

    // Lines of the table: NAME PID URL.
    private static Dictionary<string, int> ProcessesOf(string table) => table.Split('\n')
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(cells => cells.Length >= 3 && int.TryParse(cells[1], out _))
        .ToDictionary(cells => cells[0], cells => int.Parse(cells[1], null));

    private static bool Lives(int id) => Directory.Exists($"/proc/{id}") && !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
