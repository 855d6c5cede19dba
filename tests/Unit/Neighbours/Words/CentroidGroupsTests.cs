using Pipeline.Neighbours.Words;
using Xunit;

namespace Pipeline.Tests.Unit.Neighbours.Words;

public sealed class CentroidGroupsTests
{
    private const int Size = Descriptors.Size;

    public static TheoryData<int> Paths => [(int)CentroidGroups.Path.Fastest, (int)CentroidGroups.Path.Avx2, (int)CentroidGroups.Path.Scalar];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Every_path_finds_what_brute_force_finds_in_groups_and_rows_of_any_size(int path)
    {
        int[] sizes = [1, 7, 8, 9, 16, 17, 64, 101];
        var centroids = Descriptors.Uniform(sizes.Sum(), 3);
        var groups = new CentroidGroups(centroids, sizes);
        foreach (var count in new[] { 0, 1, 3, 4, 5, 11 })
        {
            var rows = Descriptors.Uniform(count, 50 + count);
            var first = 0;
            for (var group = 0; group < sizes.Length; first += sizes[group++])
            {
                var found = new (int Centroid, int Distance)[count];
                groups.Nearest(rows, group, found, (CentroidGroups.Path)path);
                for (var i = 0; i < count; i++)
                {
                    var expected = Enumerable.Range(first, sizes[group])
                        .Select(c => (Centroid: c, Distance: Descriptors.Distance(rows.AsSpan(i * Size, Size), centroids.AsSpan(c * Size, Size))))
                        .MinBy(c => (c.Distance, c.Centroid));
                    Assert.Equal(expected, found[i]);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Extreme_descriptors_neither_overflow_nor_saturate(int path)
    {
        var white = Enumerable.Repeat((byte)255, Size);
        var black = new byte[Size];
        var groups = new CentroidGroups([.. black, .. white], [2]);
        var found = new (int, int)[4];
        groups.Nearest([.. white, .. black, .. white, .. black], 0, found, (CentroidGroups.Path)path);
        Assert.Equal([(1, 0), (0, 0), (1, 0), (0, 0)], found);
        new CentroidGroups(black, [1]).Nearest([.. white, .. white, .. white, .. white], 0, found, (CentroidGroups.Path)path);
        Assert.All(found, hit => Assert.Equal((0, 255 * 255 * Size), hit));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Equally_near_centroids_tie_for_the_lower_index(int path)
    {
        var one = Descriptors.Uniform(1, 4);
        var groups = new CentroidGroups([.. Descriptors.Uniform(2, 5), .. one, .. Descriptors.Uniform(20, 6), .. one, .. one], [25]);
        var found = new (int Centroid, int Distance)[5];
        groups.Nearest([.. one, .. one, .. one, .. one, .. one], 0, found, (CentroidGroups.Path)path);
        Assert.All(found, hit => Assert.Equal((2, 0), hit));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void The_eight_winners_are_the_nearest_of_each_remainder(int path)
    {
        int[] sizes = [13, 5, 30];
        var centroids = Descriptors.Uniform(48, 8);
        var groups = new CentroidGroups(centroids, sizes);
        var rows = Descriptors.Uniform(3, 9);
        var winners = new long[3 * 8];
        var first = 0;
        for (var group = 0; group < 3; first += sizes[group++])
        {
            groups.Winners(rows, group, winners, (CentroidGroups.Path)path);
            for (var i = 0; i < winners.Length; i++)
            {
                var members = Enumerable.Range(0, sizes[group]).Where(c => c % 8 == i % 8).ToArray();
                Assert.Equal(members.Length == 0, CentroidGroups.IsNone(winners[i]));
                if (members.Length > 0)
                {
                    var nearest = members.MinBy(c => Descriptors.Distance(rows.AsSpan(i / 8 * Size, Size), centroids.AsSpan((first + c) * Size, Size)));
                    Assert.Equal(first + nearest, CentroidGroups.CentroidOf(winners[i]));
                }
            }
        }
    }
}
