using System.Globalization;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Pipelines;

/// <summary>One running pipeline for a class of tests: no bad input may harm the others.</summary>
public sealed class PipelineFixture(SharedServers servers) : IAsyncLifetime
{
    public TestPipeline Pipeline { get; private set; } = null!;

    /// <summary>The loopback port of a web server that references may name.</summary>
    public int PictureHostPort { get; } = FreePort.Find();

    public async Task InitializeAsync()
    {
        var host = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{PictureHostPort}");
        Pipeline = await TestPipeline.StartAsync(
            await servers.RabbitMqAsync(),
            ("Messaging:RedeliveryDelay", "00:00:01"),
            ("Upload:AllowedHosts:0", host),
            ("Upload:PrivateHosts:0", host),
            ("Upload:AllowedHosts:1", "localhost:1"),
            ("Upload:AllowedHosts:2", "[::1]:1"));
    }

    public async Task DisposeAsync() => await Pipeline.DisposeAsync();
}
