using Pipeline.Tests.Support.Qdrant;
using Pipeline.Tests.Unit.VectorIndex.Contract;
using Pipeline.VectorIndex;
using Pipeline.VectorIndex.Qdrant;

namespace Pipeline.Tests.Unit.VectorIndex.Qdrant;

/// <summary>An index of a test's own in a shared server.</summary>
internal sealed class OpenedQdrant(QdrantOptions options) : IOpenedIndex
{
    private QdrantVectorIndex _index = new(options);

    public IVectorIndex Index => _index;

    public bool FindsZeroScores => false;

    public bool KeepsEmptyVectors => false;

    public async Task ReopenAsync()
    {
        await _index.DisposeAsync();
        _index = new QdrantVectorIndex(options);
    }

    public async ValueTask DisposeAsync()
    {
        await _index.DisposeAsync();
        await QdrantServer.RemoveCollectionsAsync(options);
    }
}
