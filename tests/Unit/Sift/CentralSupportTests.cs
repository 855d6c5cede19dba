using Pipeline.Sift;
using Xunit;

namespace Pipeline.Tests.Unit.Sift;

public sealed class CentralSupportTests
{
    private static readonly (double X, double Y)[] Margin =
        [.. Enumerable.Range(0, 40).Select(i => (X: 10.0 + (i * 15), Y: i % 2 == 0 ? 12.0 + (i % 5) : 465.0 - (i % 7)))];

    private static readonly (double X, double Y)[] Centre =
        [.. Enumerable.Range(0, 40).Select(i => (X: 260.0 + (17 * (i % 8)), Y: 190.0 + (21 * (i / 8))))];

    private readonly GeometricVerifier _verifier = new(new SiftOptions());

    [Fact]
    public void One_subject_has_much_and_another_subject_on_the_same_desk_next_to_none()
    {
        var image = Scene(subject: 1, background: 9);

        var same = _verifier.Verify(image, Scene(subject: 1, background: 8));
        var other = _verifier.Verify(image, Scene(subject: 2, background: 9));

        Assert.True(same.Verified && other.Verified);
        Assert.InRange(same.CentralSupport, 0.9, 1);
        Assert.InRange(other.CentralSupport, 0, 0.02);
    }

    [Fact]
    public void It_is_the_same_from_both_sides_and_1_for_the_image_itself()
    {
        var (a, b) = (Scene(1, 9), Scene(1, 8));

        Assert.Equal(_verifier.Verify(a, b).CentralSupport, _verifier.Verify(b, a).CentralSupport, 12);
        Assert.Equal(1, _verifier.Verify(a, a).CentralSupport, 12);
    }

    [Fact]
    public void An_image_with_a_bare_centre_gives_no_full_support()
    {
        var descriptors = TestScenes.RandomDescriptors(3, Margin.Length);
        var bare = TestScenes.Made(Margin, descriptors);

        Assert.InRange(_verifier.Verify(bare, bare).CentralSupport, 0, 0.2);
    }

    private static SiftFeatures Scene(int subject, int background) => TestScenes.Made(
        [.. Centre, .. Margin],
        [.. TestScenes.RandomDescriptors(subject, Centre.Length), .. TestScenes.RandomDescriptors(background, Margin.Length)]);
}
