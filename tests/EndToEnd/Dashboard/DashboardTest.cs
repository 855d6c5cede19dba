using Xunit;

namespace Pipeline.Tests.EndToEnd.Dashboard;

/// <summary>A class of tests that share the system: each begins with all of it at work, whatever the one before it came to.</summary>
[Collection(DashboardCollection.Name)]
public abstract class DashboardTest(DashboardFixture system) : IAsyncLifetime
{
    /// <summary>The system.</summary>
    protected DashboardFixture Running { get; } = system;

    public Task InitializeAsync() => Running.MendAsync();

    public Task DisposeAsync() => Task.CompletedTask;
}
