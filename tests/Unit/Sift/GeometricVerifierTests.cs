using Pipeline.Imaging;
using Pipeline.Sift;
using Xunit;

namespace Pipeline.Tests.Unit.Sift;

public sealed class GeometricVerifierTests
{
    private static readonly byte[] Picture = TestScenes.Picture(10);
    private static readonly SiftFeatures Original = TestScenes.Features(Picture);
    private readonly GeometricVerifier _verifier = new(new SiftOptions());

    [Fact]
    public void An_image_is_verified_with_itself()
    {
        var match = _verifier.Verify(Original, Original);
        Assert.True(match.Verified);
        Assert.True(match.Inliers > 0.9 * Original.Count);
        Assert.Equal([1, 0, 0, 0, 1, 0, 0, 0, 1], match.Homography!.Select(v => Math.Round(v, 3)));
    }

    public static TheoryData<ImageView> Views => new(
        new ImageView { Crop = 0.6 },
        new ImageView { RotationDegrees = 30 },
        new ImageView { RotationDegrees = 180 },
        new ImageView { Scale = 0.6 },
        new ImageView { Brightness = 1.4 },
        new ImageView { JpegQuality = 15 },
        new ImageView { Crop = 0.8, RotationDegrees = -15, Scale = 0.8, Brightness = 0.8, JpegQuality = 50 });

    [Theory]
    [MemberData(nameof(Views))]
    public void Every_view_of_it_is_verified_and_the_homography_finds_its_centre(ImageView view)
    {
        var changed = TestScenes.Features(TestScenes.View(Picture, view));
        var match = _verifier.Verify(Original, changed);
        Assert.True(match.Verified, $"{match.Inliers} of {match.Matches}");
        Assert.Equal(match.Inliers, match.InlierPairs.Count);

        // All the views keep the centre in the centre.
        var (x, y) = Map(match.Homography!, Original.Width / 2.0, Original.Height / 2.0);
        Assert.InRange(x, (changed.Width / 2.0) - 4, (changed.Width / 2.0) + 4);
        Assert.InRange(y, (changed.Height / 2.0) - 4, (changed.Height / 2.0) + 4);
        Assert.True(_verifier.Verify(changed, Original).Verified);
    }

    [Fact]
    public void Other_pictures_are_not_verified()
    {
        for (var seed = 20; seed < 30; seed++)
        {
            Assert.False(_verifier.Verify(Original, TestScenes.Features(TestScenes.Picture(seed))).Verified);
        }
    }

    [Fact]
    public void The_answer_is_reproducible()
    {
        var view = TestScenes.Features(TestScenes.View(Picture, new ImageView { RotationDegrees = 20, JpegQuality = 30 }));
        var expected = _verifier.Verify(Original, view);
        var again = new GeometricMatch[6];
        Parallel.For(0, again.Length, i => again[i] = _verifier.Verify(Original, view));
        Assert.All(again, match =>
        {
            Assert.Equal(expected.Homography, match.Homography);
            Assert.Equal(expected.InlierPairs, match.InlierPairs);
        });
    }

    [Fact]
    public void Nothing_matches_no_features()
    {
        var none = TestScenes.Made([], []);
        Assert.Equal(new GeometricMatch(0, 0, false, null, [], 0), _verifier.Verify(Original, none) with { InlierPairs = [] });
        Assert.False(_verifier.Verify(none, none).Verified);
    }

    [Fact]
    public void A_plausible_plane_is_verified() => Assert.True(MatchUnder((x, y) => ((0.8 * x) - (0.3 * y) + 40, (0.3 * x) + (0.8 * y) + 10)).Verified);

    [Fact]
    public void A_mirror_image_is_not() => Assert.False(MatchUnder((x, y) => (640 - x, y)).Verified);

    [Fact]
    public void Everything_in_one_spot_is_not() => Assert.False(MatchUnder((x, y) => (300 + (x / 100), 200 + (y / 100))).Verified);

    [Fact]
    public void A_crushed_direction_is_not() => Assert.False(MatchUnder((x, y) => (x, 200 + (y / 20))).Verified);

    [Fact]
    public void Points_on_one_line_fix_no_plane() => Assert.False(MatchUnder((x, y) => (x, y), line: true).Verified);

    private static (double X, double Y) Map(double[] h, double x, double y)
    {
        var w = (h[6] * x) + (h[7] * y) + h[8];
        return (((h[0] * x) + (h[1] * y) + h[2]) / w, ((h[3] * x) + (h[4] * y) + h[5]) / w);
    }

    /// <summary>Sixty features whose descriptors agree perfectly and whose places follow the mapping.</summary>
    private GeometricMatch MatchUnder(Func<double, double, (double X, double Y)> mapping, bool line = false)
    {
        var random = new Random(3);
        var places = Enumerable.Range(0, 60).Select(_ => (X: random.NextDouble() * 600, Y: line ? 240 : random.NextDouble() * 440)).ToArray();
        var descriptors = TestScenes.RandomDescriptors(1, places.Length);
        return _verifier.Verify(
            TestScenes.Made(places, descriptors), TestScenes.Made([.. places.Select(p => mapping(p.X, p.Y))], descriptors));
    }
}
