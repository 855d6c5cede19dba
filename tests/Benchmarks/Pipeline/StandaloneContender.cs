using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Pipeline.Standalone;

namespace Pipeline.Tests.Benchmarks;

/// <summary>All services in this process, on the embedded defaults (in-memory bus, SQLite, files) but for the settings given.</summary>
internal sealed class StandaloneContender : IContender
{
    public const string Title = "standalone";
    private readonly WebApplication _host;

    private StandaloneContender(WebApplication host) => _host = host;

    public string Name => Title;

    /// <summary>What it computes with.</summary>
    public IServiceProvider Services => _host.Services;

    public static async Task<StandaloneContender> StartAsync(
        string data, string images, IReadOnlyDictionary<string, string?>? settings = null)
    {
        var host = StandaloneHost.Build([], builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["urls"] = "http://127.0.0.1:0",
                ["Storage:Blobs:Root"] = Path.Combine(data, "blobs"),
                ["Storage:State:Path"] = Path.Combine(data, "state.db"),
                ["Index:Path"] = Path.Combine(data, "index.db"),
                ["Upload:Collections:0"] = BenchmarkImage.Collection,
                ["Upload:AllowedRoots:0"] = images,
                // The bare loop mines nothing either.
                ["Mining:Enabled"] = "false",
                ["Logging:LogLevel:Default"] = "Warning",
            });
            builder.Configuration.AddInMemoryCollection(settings ?? new Dictionary<string, string?>());
            Uploads.Add(builder.Services);
        });
        await host.StartAsync();
        return new StandaloneContender(host);
    }

    public Task<TimeSpan> RunAsync(IReadOnlyList<BenchmarkImage> images, Action<int> progress) => new Uploads(_host.Services).RunAsync(images, progress);

    public IReadOnlyDictionary<string, TimeSpan> ProcessorTime() => InProcess.ProcessorTime();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await _host.DisposeAsync();
    }
}
