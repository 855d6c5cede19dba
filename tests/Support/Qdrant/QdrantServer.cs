using Pipeline.VectorIndex.Qdrant;

namespace Pipeline.Tests.Support.Qdrant;

/// <summary>
/// A Qdrant for tests: the real one that PIPELINE_QDRANT_URL names (with the key in PIPELINE_QDRANT_API_KEY, if it asks for one), or a
/// <see cref="QdrantDouble"/>. Tests keep apart by the prefix of their collections.
/// </summary>
public sealed class QdrantServer : IAsyncDisposable
{
    private const string Key = "a-key-for-tests";

    private readonly string _apiKey;

    private QdrantServer(Uri url, string apiKey, QdrantDouble? stand)
    {
        Url = url;
        _apiKey = apiKey;
        StandIn = stand;
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    /// <summary>The double, or null if the server is a real one.</summary>
    public QdrantDouble? StandIn { get; }

    /// <summary>The real server, or a double that is started.</summary>
    public static async Task<QdrantServer> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("PIPELINE_QDRANT_URL") is { Length: > 0 } url)
        {
            return new QdrantServer(new Uri(url), Environment.GetEnvironmentVariable("PIPELINE_QDRANT_API_KEY") ?? "", null);
        }

        var stand = await QdrantDouble.StartAsync(Key);
        return new QdrantServer(stand.Url, Key, stand);
    }

    /// <summary>Settings for a test of its own on this server: small batches, so that a few points are several.</summary>
    public QdrantOptions NewOptions() => new()
    {
        Url = Url,
        ApiKey = _apiKey,
        AllowInsecureKey = true,
        Prefix = $"test-{Guid.NewGuid():N}-",
        BatchSize = 7,
        Timeout = TimeSpan.FromSeconds(30),
    };

    /// <summary>Removes what a test has left.</summary>
    public static async Task RemoveCollectionsAsync(QdrantOptions options)
    {
        await using var index = new QdrantVectorIndex(options);
        foreach (var collection in await index.ListCollectionsAsync())
        {
            await index.DropCollectionAsync(collection);
        }
    }

    /// <summary>What the double's exchanges so far have against Qdrant's description of itself; nothing where there is none, or no double.</summary>
    public IReadOnlyList<string> Violations() => QdrantDescription.Find() is { } description && StandIn is { } stand
        ? [.. stand.Exchanges.SelectMany(description.Check).Distinct()]
        : [];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (StandIn is { } stand)
        {
            await stand.DisposeAsync();
        }
    }
}
