using System.Net;
using Pipeline.Tests.EndToEnd.Gateway;
using Pipeline.Tests.Support;
using Pipeline.Tests.Support.Qdrant;
using Pipeline.VectorIndex.Qdrant;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Infrastructure;

/// <summary>infra/up and infra/down with the real services, RabbitMQ and Redis, and a Qdrant or what stands in for it.</summary>
public sealed class UpAndDownTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("up-");
    private readonly int _port = FreePort.Find();

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

    [Fact]
    public async Task With_a_qdrant_the_index_is_there_and_a_wrong_address_or_key_is_said_before_anything_starts()
    {
        await using var qdrant = await QdrantDouble.StartAsync("the-key");
        var up = $"infra/up '{_folder.FullName}' --port {_port} --qdrant {qdrant.Url.AbsoluteUri}";

        var nobody = await Script.RunAsync($"infra/up '{_folder.FullName}' --port {_port} --qdrant http://127.0.0.1:{FreePort.Find()}");
        Assert.NotEqual(0, nobody.ExitCode);
        Assert.Contains("no Qdrant answers at http://127.0.0.1:", nobody.Error, StringComparison.Ordinal);
        var stranger = await Script.RunAsync(up, ("Index__Qdrant__ApiKey", "another"));
        Assert.NotEqual(0, stranger.ExitCode);
        Assert.Contains("refuses the key in Index__Qdrant__ApiKey", stranger.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("another", stranger.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder.FullName, "rabbitmq")));

        var started = await Script.RunAsync(up, ("Index__Qdrant__ApiKey", "the-key"));
        Assert.True(started.ExitCode == 0, started.Output + started.Error);
        using var gateway = new GatewayClient(new Uri($"http://127.0.0.1:{_port}/"));
        var image = await gateway.IndexAsync("default", Pictures.Scene(0));
        var found = await gateway.SearchAsync("default", Pictures.Scene(0));
        Assert.Equal(image, (Guid)found.Body["hits"]![0]!["imageId"]!);
        await using var index = new QdrantVectorIndex(new QdrantOptions { Url = qdrant.Url, ApiKey = "the-key" });
        Assert.Equal(1, await index.CountAsync("default-g1"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_folder.FullName, "index")));

        var down = await Script.RunAsync($"infra/down '{_folder.FullName}'");
        Assert.True(down.ExitCode == 0, down.Output + down.Error);
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

    private static bool Lives(int id)
    {
        try
        {
            return !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // Gone, or going while it is read.
            return false;
        }
    }
}
