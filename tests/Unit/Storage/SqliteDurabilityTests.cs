using System.Diagnostics;
using System.Globalization;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Storage;

public sealed class SqliteDurabilityTests
{
    [Fact]
    public async Task Every_acknowledged_commit_is_there_wholly_after_the_process_is_killed()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("state.db");
        var acknowledged = new HashSet<string>();
        for (var life = 1; life <= 3; life++)
        {
            await CommitUntilKilledAsync(path, first: life * 1_000_000, acknowledged, commits: 100);
            await using var store = new SqliteStateStore(path);
            var all = new HashSet<string>();
            await foreach (var entry in store.ScanAllAsync("numbers"))
            {
                all.Add(entry.Id);
            }

            Assert.Superset(acknowledged, all);
            Assert.Equal(all, (await store.GetSetAsync(new StateKey("numbers", "all"), default)).ToHashSet());
            Assert.Equal(all.Count, await store.GetCounterAsync(new StateKey("numbers", "count"), default));
        }
    }

    private static async Task CommitUntilKilledAsync(string path, int first, HashSet<string> acknowledged, int commits)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "Pipeline.Tests.StateWriter.dll"), path, first.ToString(CultureInfo.InvariantCulture),
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync();
            for (var i = 0; i < commits; i++)
            {
                acknowledged.Add(await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60))
                    ?? throw new InvalidOperationException($"The program ended by itself: {await errors}"));
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        // What it had still said before it died counts as well; its last line may be cut short.
        var rest = await process.StandardOutput.ReadToEndAsync();
        foreach (var line in rest[..(rest.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            acknowledged.Add(line);
        }
    }
}
