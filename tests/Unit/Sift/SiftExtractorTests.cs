using Pipeline.Sift;
using Xunit;

namespace Pipeline.Tests.Unit.Sift;

public sealed class SiftExtractorTests
{
    [Fact]
    public void Keeps_the_strongest_keypoints_in_order()
    {
        var picture = TestScenes.Picture(1);
        var few = TestScenes.Features(picture, new SiftOptions { MaxKeypoints = 50 });
        var many = TestScenes.Features(picture, new SiftOptions { MaxKeypoints = 400 });
        Assert.Equal(50, few.Count);
        Assert.True(many.Count > 200);
        Assert.Equal((480, 360), (few.Width, few.Height));
        var responses = few.Keypoints.ToArray().Select(k => k.Response).ToArray();
        Assert.Equal(responses.OrderDescending(), responses);
        Assert.Equal(many.Keypoints[..50].ToArray().Select(k => k.Response), responses);
    }

    [Fact]
    public void The_same_pixels_give_the_same_bytes_on_every_thread()
    {
        var picture = TestScenes.Picture(2);
        var expected = TestScenes.Features(picture).Serialize();
        var results = new byte[8][];
        Parallel.For(0, results.Length, i => results[i] = TestScenes.Features(picture).Serialize());
        Assert.All(results, r => Assert.Equal(expected, r));
    }

    [Fact]
    public void A_flat_or_tiny_image_has_no_features()
    {
        var extractor = new SiftExtractor(new SiftOptions());
        Assert.Equal(0, extractor.Extract(new byte[200 * 100], 200, 100).Count);
        Assert.Equal(0, extractor.Extract(new byte[640], 640, 1).Count);
        Assert.Equal(0, extractor.Extract(new byte[8 * 640], 640, 8).Count);
        Assert.Equal(0, extractor.Extract(new byte[64], 8, 8).Count);
    }

    [Fact]
    public void Descriptors_have_the_documented_length()
    {
        var features = TestScenes.Features(TestScenes.Picture(3));
        for (var i = 0; i < features.Count; i++)
        {
            var row = features.Descriptors.Slice(i * SiftFeatures.DescriptorSize, SiftFeatures.DescriptorSize).ToArray();
            var length = Math.Sqrt(row.Sum(v => (double)v * v));
            Assert.InRange(length, 480, 530);
        }
    }

    [Fact]
    public void Refuses_a_shape_that_does_not_fit() =>
        Assert.Throws<ArgumentException>(() => new SiftExtractor(new SiftOptions()).Extract(new byte[10], 4, 4));

    [Fact]
    public void Root_sift_follows_its_definition()
    {
        var row = new byte[SiftFeatures.DescriptorSize];
        (row[0], row[1], row[2], row[3]) = (100, 25, 25, 0);
        var flat = Enumerable.Repeat((byte)7, SiftFeatures.DescriptorSize).ToArray();
        byte[] both = [.. row, .. flat, .. new byte[SiftFeatures.DescriptorSize]];
        RootSift.Convert(both);
        // √(100/150)·512 = 418 is clamped, √(25/150)·512 = 209; √(1/128)·512 = 45.25.
        Assert.Equal([255, 209, 209, 0], both[..4]);
        Assert.All(both[128..256], v => Assert.Equal(45, v));
        Assert.All(both[256..], v => Assert.Equal(0, v));
    }

    [Fact]
    public void The_version_names_what_changes_features_and_nothing_else()
    {
        Assert.Equal("rootsift-500-640-v1", new SiftOptions().Version);
        Assert.Equal("rootsift-500-640-v1", new SiftOptions { MinInliers = 30, RatioTest = 0.7f }.Version);
        Assert.Equal("rootsift-300-512-c0.02-e10-v1", new SiftOptions { MaxKeypoints = 300, MaxSide = 512, ContrastThreshold = 0.02 }.Version);
    }

    [Fact]
    public void The_validator_takes_the_defaults_and_refuses_nonsense()
    {
        var validator = new SiftOptionsValidator();
        Assert.True(validator.Validate(null, new SiftOptions()).Succeeded);
        var nonsense = new SiftOptions
        {
            MaxKeypoints = 0, MaxSide = 1, ContrastThreshold = 0, EdgeThreshold = 0, RatioTest = 2, RansacThreshold = 0,
            RansacIterations = 0, RansacConfidence = 1, MinInliers = 4,
        };
        Assert.Equal(9, validator.Validate(null, nonsense).Failures!.Count());
    }
}
