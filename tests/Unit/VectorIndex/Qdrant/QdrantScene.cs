using Pipeline.Tests.Support.Qdrant;
using Pipeline.VectorIndex;
using Pipeline.VectorIndex.Qdrant;
using Xunit;
using static Pipeline.Tests.Unit.VectorIndex.Points;

namespace Pipeline.Tests.Unit.VectorIndex.Qdrant;

/// <summary>An index of one point on a double of its own, to which a test does something.</summary>
public abstract class QdrantScene : IAsyncLifetime
{
    private protected const string Key = "the-key";

    private protected static readonly DenseVector East = new([1, 0, 0, 0, 0]);

    private protected static readonly IndexQuery Query = new() { Space = "cnn", Vector = East, Limit = 5 };

    private protected QdrantDouble Server { get; private set; } = null!;

    private protected QdrantVectorIndex Index { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await QdrantDouble.StartAsync(Key);
        Index = Open();
        await Index.EnsureCollectionAsync("c", Schema);
        await Index.UpsertAsync("c", [Point(1, ("cnn", East))]);
    }

    public async Task DisposeAsync()
    {
        await Index.DisposeAsync();
        await Server.DisposeAsync();
    }

    private protected QdrantVectorIndex Open(Action<QdrantOptions>? change = null)
    {
        var options = new QdrantOptions { Url = Server.Url, ApiKey = Key };
        change?.Invoke(options);
        return new QdrantVectorIndex(options);
    }
}
