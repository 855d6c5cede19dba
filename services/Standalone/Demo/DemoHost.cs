using System.Globalization;
using MassTransit;
using Pipeline.Messaging;

namespace Pipeline.Standalone.Demo;

/// <summary>Standalone, set up for a demo: its own folder, its own collection, quiet.</summary>
internal static class DemoHost
{
    public static WebApplication Build(DemoSet set, string data, int port, bool serve) =>
        StandaloneHost.Build([], builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["urls"] = $"http://127.0.0.1:{(serve ? port : 0).ToString(CultureInfo.InvariantCulture)}",
                ["Storage:Blobs:Root"] = Path.Combine(data, "blobs"),
                ["Storage:State:Path"] = Path.Combine(data, "state.db"),
                ["Index:Path"] = Path.Combine(data, "index.db"),
                ["Upload:Collections:0"] = DemoRun.Collection,
                ["Upload:AllowedRoots:0"] = set.Root,
                ["Search:MaxLimit"] = Math.Clamp(set.Files.Count, 1000, 10_000).ToString(CultureInfo.InvariantCulture),

                // A demo trains when the pictures are in, so that it does not slow down what is measured.
                ["Hashing:Training:Automatic"] = "false",
                ["ModelUpdating:Automatic"] = "false",
                ["Index:Codes:SweepInterval"] = "00:00:00.2",
                ["Index:Generations:SweepInterval"] = "00:00:00.2",
                ["Logging:LogLevel:Default"] = "Warning",
                ["Logging:LogLevel:Pipeline.Onnx"] = "Error",
            });
            builder.Services.AddSingleton<DemoTracker>();
            builder.Services.AddScoped<DemoRun>();
            builder.Services.AddScoped<DemoEncoder>();
            builder.Services.AddPipelineConsumers(bus => bus.AddConsumer<DemoTrackerConsumer, DemoTrackerConsumerDefinition>());
        });
}
