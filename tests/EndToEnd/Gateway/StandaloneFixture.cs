using System.Net;
using Pipeline.Catalog;
using Pipeline.Storage;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Gateway;

/// <summary>Standalone as a process of its own on the embedded defaults, shared by the tests that call it over HTTP.</summary>
public sealed class StandaloneFixture : IAsyncLifetime
{
    /// <summary>Name of the test collection that shares the process.</summary>
    public const string Collection = "standalone over HTTP";

    internal const int MaxRequestBytes = 2_000_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("standalone-");
    private ServiceProcess? _process;
    private GatewayClient? _client;

    /// <summary>A folder whose files may be uploaded by reference.</summary>
    public string Drop => Path.Combine(_folder.FullName, "drop");

    internal GatewayClient Client => _client!;

    /// <summary>What readiness answered from the process's start until it was ready, without repetitions.</summary>
    internal IReadOnlyList<HttpStatusCode> ReadinessAtStart { get; private set; } = [];

    /// <summary>Blobs that lay there before the start, and whether each is to be swept.</summary>
    internal IReadOnlyDictionary<string, bool> Leftovers { get; private set; } = new Dictionary<string, bool>();

    internal DirectoryBlobStore Blobs { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(Drop);
        Blobs = new DirectoryBlobStore(Path.Combine(_folder.FullName, "blobs"));
        Leftovers = await LeaveBlobsAsync();
        _process = ServiceProcess.Start(
            "Standalone",
            new Dictionary<string, string>
            {
                ["Storage:Blobs:Root"] = Blobs.Root,
                ["Storage:State:Path"] = Path.Combine(_folder.FullName, "state.db"),
                ["Index:Path"] = Path.Combine(_folder.FullName, "index"),
                ["Upload:AllowedRoots:0"] = Drop,
                ["Gateway:MaxRequestBytes"] = $"{MaxRequestBytes}",
            },
            Path.Combine(_folder.FullName, "log"));
        _client = new GatewayClient(_process.Url);
        try
        {
            ReadinessAtStart = await WatchStartAsync();
        }
        catch
        {
            // Nobody disposes of a fixture that did not come to be.
            await _process.DisposeAsync();
            throw;
        }
    }

    public async Task DisposeAsync()
    {
        _client?.Dispose();
        if (_process is not null)
        {
            await _process.StopAsync();
            await _process.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private async Task<IReadOnlyList<HttpStatusCode>> WatchStartAsync()
    {
        var seen = new List<HttpStatusCode>();
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    var status = (await Client.GetAsync("health/ready")).Status;
                    if (seen is not [.., var last] || last != status)
                    {
                        seen.Add(status);
                    }
                }
                catch (Exception e) when (e is HttpRequestException or TaskCanceledException && _process!.IsRunning)
                {
                    // It does not listen yet, or is too busy to answer.
                }

                return seen is [.., HttpStatusCode.OK];
            },
            TimeSpan.FromSeconds(60),
            () => Task.FromResult(_process!.LogTail()),
            TimeSpan.FromMilliseconds(10));
        return seen;
    }

    private async Task<IReadOnlyDictionary<string, bool>> LeaveBlobsAsync()
    {
        var (oldQuery, freshQuery) = (BlobKeys.Query(Guid.CreateVersion7()), BlobKeys.Query(Guid.CreateVersion7()));
        var (oldUpload, freshUpload) = (BlobKeys.Incoming(Guid.CreateVersion7()), BlobKeys.Incoming(Guid.CreateVersion7()));
        const string Others = $"{BlobKeys.IncomingPrefix}camera-7.jpg";
        foreach (var key in (string[])[oldQuery, freshQuery, oldUpload, freshUpload, Others])
        {
            await Blobs.PutAsync(key, new byte[] { 1 }, CancellationToken.None);
        }

        foreach (var key in (string[])[oldQuery, oldUpload, Others])
        {
            File.SetLastWriteTimeUtc(Path.Combine(Blobs.Root, "objects", key), DateTime.UtcNow.AddDays(-3));
        }

        return new Dictionary<string, bool> { [oldQuery] = true, [freshQuery] = false, [oldUpload] = true, [freshUpload] = false, [Others] = false };
    }
}

/// <summary>Ties <see cref="StandaloneFixture"/> to its collection.</summary>
[CollectionDefinition(StandaloneFixture.Collection)]
public sealed class StandaloneCollection : ICollectionFixture<StandaloneFixture>;
