using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Faults;

/// <summary>Machines and containers start in any order.</summary>
public sealed class StoreAwayAtStartTests
{
    [Theory]
    [InlineData("Upload")]
    [InlineData("CnnExtraction")]
    [InlineData("HashEncoding")]
    public async Task A_service_that_starts_before_its_store_waits_for_it(string service)
    {
        var folder = Directory.CreateTempSubdirectory("store-away-");
        await using var redis = await RedisServer.StartPrivateAsync();
        try
        {
            await redis.StopAsync();
            await using var process = ServiceProcess.Start(
                service,
                new Dictionary<string, string>
                {
                    ["Storage:State:Provider"] = "Redis",
                    ["Storage:State:ConnectionString"] = redis.ConnectionString,
                    ["Storage:State:KeyPrefix"] = RedisServer.NewKeyPrefix(),
                    ["Storage:Blobs:Root"] = Path.Combine(folder.FullName, "blobs"),
                    ["Upload:Collections:0"] = "default",
                },
                Path.Combine(folder.FullName, "log"));
            await Eventually.TrueAsync(
                () => process.IsRunning && File.Exists(process.LogPath) && process.LogTail().Contains("waits for a store", StringComparison.Ordinal),
                TimeSpan.FromMinutes(1),
                process.LogTail);

            await redis.RestartAsync();

            await process.WaitUntilReadyAsync();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
