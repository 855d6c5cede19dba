using Pipeline.Tests.Support.Qdrant;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex.Qdrant;

/// <summary>One server for the tests of a class; what went over the wire is checked at their end.</summary>
public sealed class QdrantFixture : IAsyncLifetime
{
    private QdrantServer? _server;

    public QdrantServer Server => _server!;

    public async Task InitializeAsync() => _server = await QdrantServer.StartAsync();

    public async Task DisposeAsync()
    {
        var violations = Server.Violations();
        await Server.DisposeAsync();
        Assert.Empty(violations);
    }
}
