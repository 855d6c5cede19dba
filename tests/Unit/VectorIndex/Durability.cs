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
            var lines = await KilledWriter.RunAsync(40, path);
            acknowledged.UnionWith(lines.Select(line => int.Parse(line, CultureInfo.InvariantCulture)));
            await AssertStoredAsync(path, acknowledged);
        }

        Directory.Delete(path, recursive: true);
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
