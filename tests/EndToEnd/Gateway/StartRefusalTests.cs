using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Pipeline.Hosting;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Gateway;

/// <summary>Open to the network without keys: never.</summary>
public sealed class StartRefusalTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("refusal-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task An_open_Gateway_without_keys_ends_with_a_clear_message()
    {
        await using var process = ServiceProcess.Start(
            "Gateway",
            new Dictionary<string, string>
            {
                ["Kestrel:Endpoints:Http:Url"] = $"http://0.0.0.0:{FreePort.Find()}",
                ["Storage:Blobs:Root"] = Path.Combine(_folder.FullName, "blobs"),
                ["Storage:State:Path"] = Path.Combine(_folder.FullName, "state.db"),
            },
            Path.Combine(_folder.FullName, "log"));

        var ended = await Assert.ThrowsAsync<InvalidOperationException>(() => process.WaitUntilReadyAsync());

        Assert.StartsWith("Gateway ended with 1:", ended.Message, StringComparison.Ordinal);
        var line = Assert.Single(await File.ReadAllLinesAsync(process.LogPath));
        Assert.StartsWith("Not started: http://0.0.0.0:", line, StringComparison.Ordinal);
        Assert.EndsWith(" is open to the network: configure Gateway:ApiKeys, or bind 127.0.0.1.", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_that_cannot_work_are_named_in_one_line()
    {
        await using var process = ServiceProcess.Start(
            "Upload",
            new Dictionary<string, string>
            {
                ["Storage:Blobs:Root"] = Path.Combine(_folder.FullName, "blobs"),
                ["Storage:State:Path"] = Path.Combine(_folder.FullName, "state.db"),
                ["Upload:AllowedRoots:0"] = "pictures",
                ["Telemetry:TraceSampleRatio"] = "2",
            },
            Path.Combine(_folder.FullName, "log"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => process.WaitUntilReadyAsync());

        var log = await File.ReadAllLinesAsync(process.LogPath);
        Assert.DoesNotContain(log, l => l.StartsWith("   at ", StringComparison.Ordinal));
        var line = log[^1];
        Assert.StartsWith("Not started: ", line, StringComparison.Ordinal);
        Assert.Contains("'pictures' is not an absolute path.", line, StringComparison.Ordinal);
        Assert.Contains("Telemetry:TraceSampleRatio must be 0 to 1.", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("urls", "http://0.0.0.0:5000")]
    [InlineData("urls", "http://127.0.0.1:5000;http://[::]:5000")]
    [InlineData("urls", "http://*:5000")]
    [InlineData("urls", "http://192.168.1.7:5000")]
    [InlineData("http_ports", "8080")]
    [InlineData("https_ports", "8443")]
    [InlineData("Kestrel:Endpoints:Any:Url", "http://0.0.0.0:5000")]
    public async Task Every_way_to_open_it_is_noticed(string setting, string value)
    {
        await Assert.ThrowsAsync<OptionsValidationException>(() => Guard(setting, value).StartAsync(CancellationToken.None));
        await Guard(setting, value, new ApiKeyOptions { Name = "a" }).StartAsync(CancellationToken.None);
    }

    [Theory]
    [InlineData("urls", "http://127.0.0.1:5000")]
    [InlineData("urls", "http://localhost:5000;http://[::1]:5000")]
    [InlineData("urls", "http://unix:/run/gateway.sock")]
    public async Task Loopback_needs_no_keys(string setting, string value) => await Guard(setting, value).StartAsync(CancellationToken.None);

    private static LoopbackGuard Guard(string setting, string value, params ApiKeyOptions[] keys) => new(
        new NoServer(),
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [setting] = value }).Build(),
        "Gateway",
        () => keys.Length > 0);

    private sealed class NoServer : IServer
    {
        public IFeatureCollection Features { get; } = new FeatureCollection();

        public void Dispose()
        {
        }

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
