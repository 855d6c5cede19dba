using Pipeline.HashEncoding.Training;
using Xunit;

namespace Pipeline.Tests.Unit.HashEncoding;

public sealed class EncoderMethodsTests
{
    private static readonly EncoderMethods Methods = new([LearnerOf.Planes("lsh"), LearnerOf.Planes("itq"), LearnerOf.Planes("ldph(itq)")]);

    [Fact]
    public void All_methods_are_meant_if_none_is_named() =>
        Assert.Equal(["lsh", "itq", "ldph(itq)"], Names(null));

    [Fact]
    public void A_method_brings_its_reference_and_nothing_comes_twice() =>
        Assert.Equal(["itq", "ldph(itq)", "lsh"], Names(["ldph(itq)", "itq", "lsh", "lsh"]));

    [Theory]
    [InlineData("none")]
    [InlineData("ldph(none)")]
    [InlineData("ldph(lsh)")]
    [InlineData("")]
    public void A_name_that_nobody_has_finds_nothing(string name) => Assert.Null(Methods.Find(["itq", name]));

    [Fact]
    public void No_name_finds_nothing() => Assert.Null(Methods.Find([]));

    private static IEnumerable<string>? Names(string[]? names) => Methods.Find(names)?.Select(learner => learner.Name);
}
