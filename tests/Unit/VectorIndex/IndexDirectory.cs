using Pipeline.VectorIndex;

namespace Pipeline.Tests.Unit.VectorIndex;

/// <summary>An index in a directory of its own, removed afterwards.</summary>
internal sealed class IndexDirectory : IAsyncDisposable
{
    private readonly int _threads;
    private readonly int _tablesFrom;
    private int _neighbours;

    public IndexDirectory(int threads = 2, int neighbours = 10, int tablesFrom = 65_536)
    {
        _tablesFrom = tablesFrom;
        _threads = threads;
        _neighbours = neighbours;
        Index = Open();
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("vector-index-").FullName;

    public EmbeddedVectorIndex Index { get; private set; }

    public async Task ReopenAsync(int? neighbours = null)
    {
        await Index.DisposeAsync();
        _neighbours = neighbours ?? _neighbours;
        Index = Open();
    }

    public async ValueTask DisposeAsync()
    {
        await Index.DisposeAsync();
        Directory.Delete(Path, recursive: true);
    }

    private EmbeddedVectorIndex Open() => EmbeddedVectorIndex.Open(
        new VectorIndexOptions { Path = Path, MaxThreads = _threads, GraphNeighbours = _neighbours, CodeTablesFrom = _tablesFrom });
}
