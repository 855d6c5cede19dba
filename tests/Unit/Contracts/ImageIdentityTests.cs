using Pipeline.Contracts;
using Xunit;

namespace Pipeline.Tests.Unit.Contracts;

public sealed class ImageIdentityTests
{
    [Fact]
    public void Is_a_version_5_uuid_as_the_standard_computes_it()
    {
        // The example of RFC 9562, appendix A.4: www.example.com in the DNS namespace.
        var dns = new Guid("6ba7b810-9dad-11d1-80b4-00c04fd430c8");

        Assert.Equal(new Guid("2ed6657d-e927-568b-95e1-2665a8aea6a2"), ImageIdentity.CreateVersion5(dns, "www.example.com"));
    }

    [Fact]
    public void Same_bytes_are_one_image_per_collection_and_tenant()
    {
        var hash = ImageIdentity.HashContent([1, 2, 3]);

        Assert.Equal(ImageIdentity.Create("a", "t", hash), ImageIdentity.Create("a", "t", hash));
        Assert.NotEqual(ImageIdentity.Create("a", "t", hash), ImageIdentity.Create("b", "t", hash));
        Assert.NotEqual(ImageIdentity.Create("a", "t", hash), ImageIdentity.Create("a", "u", hash));
        Assert.NotEqual(ImageIdentity.Create("a", "t", hash), ImageIdentity.Create("a", "t", ImageIdentity.HashContent([1, 2, 4])));
    }

    [Theory]
    [InlineData("default", true)]
    [InlineData("a", true)]
    [InlineData("0-9_x", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("-a", false)]
    [InlineData("Shop", false)]
    [InlineData("a/b", false)]
    [InlineData("..", false)]
    [InlineData("a\n", false)]
    [InlineData("ünder", false)]
    [InlineData("a2345678901234567890123456789012345678901234567890123456789012x", true)]
    [InlineData("a2345678901234567890123456789012345678901234567890123456789012xy", false)]
    public void Collection_names_are_safe_everywhere(string? name, bool valid) => Assert.Equal(valid, CollectionName.IsValid(name));
}
