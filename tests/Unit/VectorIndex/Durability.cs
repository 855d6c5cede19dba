using System.Diagnostics;
using System.Globalization;
using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex;

public class Durability
{
    private const int PointsPerWrite = 3; // as in the program

    [Fact]
    public async Task Every_acknowledged_write_is_there_after_the_process_is_killed()
    {
        var path = Directory.CreateTempSubdirectory("vector-index-").FullName;
        var acknowledged = new HashSet<int>();
        for (var life = 1; life <= 3; life++)
        {
            await WriteUntilKilledAsync(path, acknowledged, writes: 40);
            await AssertStoredAsync(path, acknowledged);
        }

        Directory.Delete(path, recursive: true);
    }

    /// <summary>Runs the program and kills it (SIGKILL) in the middle of its writing.</summary>
    private static async Task WriteUntilKilledAsync(string path, HashSet<int> acknowledged, int writes)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
            {
                ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Pipeline.Tests.IndexWriter.dll"), path },
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.Start();
        try
        {
            var errors = process.StandardError.ReadToEndAsync();
            for (var i = 0; i < writes; i++)
            {
                var line = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60))
                    ?? throw new InvalidOperationException($"The program ended by itself: {await errors}");
                acknowledged.Add(int.Parse(line, CultureInfo.InvariantCulture));
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        // What it had still said before it died counts as well.
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            acknowledged.Add(int.Parse(line, CultureInfo.InvariantCulture));
        }
    }

    private static async Task AssertStoredAsync(string path, HashSet<int> acknowledged)
    {
        await using var index = EmbeddedVectorIndex.Open(new VectorIndexOptions { Path = path });
        foreach (var write in acknowledged)
        {
            var numbers = Enumerable.Range(write * PointsPerWrite, PointsPerWrite).ToList();
            var points = await index.GetAsync("c", [.. numbers.Select(Points.Id)]);
            Assert.Equal(PointsPerWrite, points.Count);
            Assert.All(numbers.Zip(points), pair => Assert.Equal(
                BitConverter.GetBytes(pair.First), Assert.IsType<BinaryCode>(pair.Second.Vectors["hash"]).Bytes));
        }

        // A write is there wholly or not at all, the unacknowledged ones included.
        Assert.Equal(0, await index.CountAsync("c") % PointsPerWrite);
    }
}
