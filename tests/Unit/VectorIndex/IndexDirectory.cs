using Pipeline.VectorIndex;

namespace Pipeline.Tests.Unit.VectorIndex;

/// <summary>An index in a directory of its own, removed afterwards.</summary>
internal sealed class IndexDirectory : IAsyncDisposable
{
    private readonly int _threads;

    public IndexDirectory(int threads = 2)
    {
        _threads = threads;
        Index = Open();
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("vector-index-").FullName;

    public EmbeddedVectorIndex Index { get; private set; }

    public async Task ReopenAsync()
    {
        await Index.DisposeAsync();
        Index = Open();
    }

    public async ValueTask DisposeAsync()
    {
        await Index.DisposeAsync();
        Directory.Delete(Path, recursive: true);
    }

    private EmbeddedVectorIndex Open() => EmbeddedVectorIndex.Open(new VectorIndexOptions { Path = Path, MaxThreads = _threads });
}
