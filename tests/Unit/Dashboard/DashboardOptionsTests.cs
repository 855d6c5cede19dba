using System.ComponentModel.DataAnnotations;
using Pipeline.Dashboard;
using Pipeline.Hosting;
using Xunit;

namespace Pipeline.Tests.Unit.Dashboard;

public sealed class DashboardOptionsTests
{
    private static readonly string Hash = new('a', 64);

    [Fact]
    public void A_key_for_some_collections_is_refused_because_the_pages_show_all()
    {
        var options = new DashboardOptions { ApiKeys = [new ApiKeyOptions { Name = "x", Sha256 = Hash, Collections = ["photos"] }] };

        Assert.Contains("limited to collections", Assert.Single(options.Validate(new ValidationContext(options))).ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_with_an_unknown_role_is_refused()
    {
        var options = new DashboardOptions { ApiKeys = [new ApiKeyOptions { Name = "x", Sha256 = Hash, Role = "root" }] };

        Assert.Contains("unknown role", Assert.Single(options.Validate(new ValidationContext(options))).ErrorMessage, StringComparison.Ordinal);
    }
}
