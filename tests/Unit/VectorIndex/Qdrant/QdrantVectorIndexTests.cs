using Pipeline.Tests.Unit.VectorIndex.Contract;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex.Qdrant;

/// <summary>The index in Qdrant does what every index does.</summary>
public sealed class QdrantVectorIndexTests(QdrantFixture fixture) : VectorIndexContract, IClassFixture<QdrantFixture>
{
    protected override Task<IOpenedIndex> OpenAsync() => Task.FromResult<IOpenedIndex>(new OpenedQdrant(fixture.Server.NewOptions()));
}
