using Pipeline.VectorIndex;
using Xunit;
using static Pipeline.Tests.Unit.VectorIndex.Points;

namespace Pipeline.Tests.Unit.VectorIndex;

/// <summary>All codes within a distance; <see cref="EmbeddedIndexProperties"/> compares them with brute force.</summary>
public class RadiusSearchTests
{
    private static readonly BinaryCode Zero = new([0, 0]);

    [Theory]
    [InlineData(0)]
    [InlineData(65_536)]
    public async Task Finds_what_is_within_the_radius_nearest_first_and_equal_distances_by_id(int tablesFrom)
    {
        await using var directory = await CreateAsync(tablesFrom);
        await directory.Index.UpsertAsync("c", [
            Point(4, ("hash", new BinaryCode([7, 0]))), Point(3, ("hash", new BinaryCode([1, 0]))), Point(2, ("hash", Zero)),
            Point(1, ("hash", new BinaryCode([0, 1]))), Point(5, ("cnn", new DenseVector([1, 0, 0, 0, 0])))]);

        var hits = await directory.Index.SearchRadiusAsync("c", Query(Zero, 2));

        Assert.Equal([(Id(2), 0), (Id(1), -1), (Id(3), -1)], hits.Select(hit => (hit.Id, (int)hit.Score)));
        Assert.Equal(4, (await directory.Index.SearchRadiusAsync("c", Query(Zero, int.MaxValue))).Count);
    }

    [Fact]
    public async Task Sees_every_point_once_while_another_thread_replaces_them()
    {
        const int points = 40;
        await using var directory = await CreateAsync(tablesFrom: 0);
        await WriteAsync(0);
        using var done = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            // Beyond the 256 rows that are freed together: they are used again and again.
            for (var round = 1; round <= 60; round++)
            {
                await WriteAsync(round);
            }

            await done.CancelAsync();
        });
        do
        {
            var hits = await directory.Index.SearchRadiusAsync("c", Query(Zero, 16));
            Assert.Equal(Enumerable.Range(0, points).Select(Id).Order(), hits.Select(hit => hit.Id).Order());
            Assert.Single(hits.Select(hit => hit.Score).Distinct());
        }
        while (!done.IsCancellationRequested);
        await writing;

        // All points of a round are equally far.
        Task WriteAsync(int round) => directory.Index.UpsertAsync("c", [
            .. Enumerable.Range(0, points).Select(i => Point(i, ("hash", new BinaryCode([(byte)((1 << (round % 9)) - 1), 0]))))]);
    }

    [Fact]
    public async Task Refuses_a_space_of_another_kind_a_code_of_another_length_and_a_negative_radius()
    {
        await using var directory = await CreateAsync(tablesFrom: 0);

        await Assert.ThrowsAnyAsync<ArgumentException>(() => directory.Index.SearchRadiusAsync("c", Query(Zero, 1) with { Space = "cnn" }));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => directory.Index.SearchRadiusAsync("c", Query(Zero, 1) with { Space = "none" }));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => directory.Index.SearchRadiusAsync("c", Query(new BinaryCode([0]), 1)));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => directory.Index.SearchRadiusAsync("c", Query(Zero, -1)));
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => directory.Index.SearchRadiusAsync("none", Query(Zero, 1)));
    }

    private static RadiusQuery Query(BinaryCode code, int radius) => new() { Space = "hash", Code = code, Radius = radius };

    private static async Task<IndexDirectory> CreateAsync(int tablesFrom)
    {
        var directory = new IndexDirectory(tablesFrom: tablesFrom);
        await directory.Index.EnsureCollectionAsync("c", Schema);
        return directory;
    }
}
