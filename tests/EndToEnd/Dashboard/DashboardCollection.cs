using Xunit;

namespace Pipeline.Tests.EndToEnd.Dashboard;

/// <summary>Tests that share one system and one browser, one after another.</summary>
[CollectionDefinition(Name)]
public sealed class DashboardCollection : ICollectionFixture<DashboardFixture>
{
    public const string Name = "dashboard";
}
