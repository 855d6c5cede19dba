using Pipeline.Neighbours.Fusion;
using Pipeline.Sift;
using Xunit;

namespace Pipeline.Tests.Unit.Neighbours.Fusion;

public sealed class GeometricReRankingTests
{
    [Fact]
    public void Inliers_all_over_the_image_fit_better_than_as_many_in_one_corner()
    {
        var spread = Features(Enumerable.Range(0, 16).Select(i => (i % 4 * 80f, i / 4 * 80f)));
        var corner = Features(Enumerable.Range(0, 16).Select(i => (i % 4 * 5f, i / 4 * 5f)));
        var match = Match(matches: 16, inliers: 16);
        Assert.Equal(16, GeometricReRanking.Fit(spread, spread, match));
        Assert.Equal(1, GeometricReRanking.Fit(corner, corner, match));
        Assert.Equal(1, GeometricReRanking.Fit(spread, corner, match));
        Assert.Equal(1, GeometricReRanking.Fit(corner, spread, match));
    }

    [Fact]
    public void Matches_that_disagree_lower_the_fit()
    {
        var spread = Features(Enumerable.Range(0, 16).Select(i => (i % 4 * 80f, i / 4 * 80f)));
        Assert.Equal(4, GeometricReRanking.Fit(spread, spread, Match(matches: 64, inliers: 16)));
    }

    [Fact]
    public void What_is_not_verified_does_not_fit()
    {
        var features = Features([(1, 1)]);
        Assert.Equal(0, GeometricReRanking.Fit(features, features, new GeometricMatch(30, 0, false, null, [], 0)));
    }

    [Fact]
    public void Keypoints_just_outside_the_frame_belong_to_the_cells_at_its_border()
    {
        var features = Features([(-3, -3), (322, 322)]);
        Assert.Equal(2, GeometricReRanking.Fit(features, features, Match(2, 2)));
    }

    [Fact]
    public void Verified_hits_come_first_by_fit_and_the_others_keep_their_order()
    {
        double[] fits = [0, 2, 0, 5, 9];
        Assert.Equal([3, 1, 0, 2, 4], GeometricReRanking.Order([0, 1, 2, 3, 4], 4, hit => fits[hit]));
        Assert.Equal([0, 1, 2], GeometricReRanking.Order([0, 1, 2], 0, _ => throw new InvalidOperationException("Nothing is to be verified.")));
        Assert.Equal([1, 0], GeometricReRanking.Order([0, 1], 20, hit => fits[hit]));
    }

    private static GeometricMatch Match(int matches, int inliers) =>
        new(matches, inliers, true, [1, 0, 0, 0, 1, 0, 0, 0, 1], [.. Enumerable.Range(0, inliers).Select(i => (i, i))], 1);

    private static SiftFeatures Features(IEnumerable<(float X, float Y)> places)
    {
        Keypoint[] keypoints = [.. places.Select(place => new Keypoint(place.X, place.Y, 3, 0, 1, 0))];
        return new SiftFeatures(keypoints, new byte[keypoints.Length * SiftFeatures.DescriptorSize], 320, 320);
    }
}
