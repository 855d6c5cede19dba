using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
using Pipeline.Indexing.Neighbours;
using Pipeline.Messaging;
using Pipeline.NeighbourMining;
using Pipeline.Neighbours;
using Pipeline.Neighbours.Embedding;
using Pipeline.Onnx;
using Pipeline.Sift;
using Pipeline.Storage;
using Pipeline.VectorIndex;
using static Microsoft.Extensions.Options.Options;

namespace Pipeline.Tests.Benchmarks;

/// <summary>
/// The mining service over an index, with its state in SQLite and features in files. Messages to and from other services are written and
/// read as JSON, as a bus would; only the bus itself is missing.
/// </summary>
internal sealed class MinedCollection : IAsyncDisposable, INeighbourQueries, IEventPublisher
{
    private const string Name = "c";
    private const string Version = "1";
    private const int ParallelWrites = 64;
    private static readonly int[] TrunkShape = [96, 7, 7];
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly Dictionary<Guid, int> _numbers = [];
    private readonly GeometricVerifier _verifier = new(new SiftOptions());
    private readonly EmbeddedVectorIndex _index;
    private readonly MiningGallery _gallery;
    private readonly SqliteStateStore _state;
    private readonly DirectoryBlobStore _blobs;
    private readonly ImageCatalog _images;
    private readonly NeighbourhoodCatalog _neighbourhoods;
    private readonly NeighbourhoodMiner _miner;
    private readonly string _stateFile;
    private bool _filling;

    public MinedCollection(EmbeddedVectorIndex index, MiningGallery gallery, string folder)
    {
        (_index, _gallery) = (index, gallery);
        _stateFile = Path.Combine(folder, "state.db");
        _state = new SqliteStateStore(_stateFile);
        _blobs = new DirectoryBlobStore(Path.Combine(folder, "blobs"));
        _images = new ImageCatalog(_state, TimeProvider.System);
        _neighbourhoods = new NeighbourhoodCatalog(_state);
        var options = Create(new MiningOptions());
        _miner = new NeighbourhoodMiner(
            _neighbourhoods,
            _images,
            this,
            new PairVerification(this, _neighbourhoods, options),
            new VectorEmbedding(_images, new FeatureBlobs(_blobs, NullLogger<FeatureBlobs>.Instance), Create(new EmbeddingOptions()), TimeProvider.System),
            this,
            options);
    }

    /// <summary>Processor time that geometry took.</summary>
    public TimeSpan VerificationCpu { get; private set; }

    /// <summary>Processor time that the index's graphs took.</summary>
    public TimeSpan GraphCpu { get; private set; }

    /// <summary>Processor time that writing and reading messages took.</summary>
    public TimeSpan MessageCpu { get; private set; }

    /// <summary>Pairs that geometry was asked about.</summary>
    public int Verifications { get; private set; }

    /// <summary>Images that the index was asked about.</summary>
    public int Refreshed { get; private set; }

    /// <summary>Events that were published.</summary>
    public int Published { get; private set; }

    /// <summary>Bytes of the stored state.</summary>
    public long StateBytes => new FileInfo(_stateFile).Length;

    /// <summary>Mines all images that the index holds. Which of them show the same scene is known, so geometry is not asked.</summary>
    public async Task FillAsync(int images)
    {
        await Parallel.ForAsync(0, images, new ParallelOptions { MaxDegreeOfParallelism = ParallelWrites }, async (n, _) => await AcceptAsync(n));
        for (var n = 0; n < images; n++)
        {
            _numbers[Gallery.Id(n)] = n;
        }

        _filling = true;
        await _miner.RefreshAsync(Name, Enumerable.Range(0, images).Select(Gallery.Id), arrival: null, None);
        _filling = false;
        StartCounting();
    }

    /// <summary>Counts from now on.</summary>
    public void StartCounting() =>
        (VerificationCpu, GraphCpu, MessageCpu, Verifications, Refreshed, Published) = (default, default, default, 0, 0, 0);

    /// <summary>The catalog's record of an image, as it is when the image is indexed, and its features.</summary>
    public async Task AcceptAsync(int n)
    {
        var (cnn, sift) = ($"features/cnn/{n}", $"features/sift/{_gallery.SiftKey(n)}");
        await _blobs.PutAsync(cnn, new CnnFeatures(_gallery.Embedding(n), new Half[TrunkShape.Aggregate(1, (a, b) => a * b)], TrunkShape).Serialize(), None);
        if (await _blobs.TryReadAsync(sift, None) is null)
        {
            await _blobs.PutAsync(sift, _gallery.Sift(n), None);
        }

        await _images.UpdateAsync(
            Name,
            Gallery.Id(n),
            _ => new ImageRecord
            {
                ImageId = Gallery.Id(n),
                Collection = Name,
                Status = ImageStatus.Indexed,
                Stages = new Dictionary<string, StageOutcome>
                {
                    [Stages.Cnn] = new() { Done = true, Version = Version, FeatureKey = cnn },
                    [Stages.Sift] = new() { Done = true, Version = Version, FeatureKey = sift },
                },
            },
            None);
    }

    /// <summary>What consuming an image's <c>ImageIndexed</c> does.</summary>
    public Task MineAsync(int n) => _miner.RefreshAsync(Name, [Gallery.Id(n)], new Arrival(Gallery.Id(n), DateTimeOffset.UnixEpoch), None);

    /// <summary>The stored records: neighbourhoods, and marks of unfinished work.</summary>
    public async Task<(int Neighbourhoods, int Marks)> CountRecordsAsync() => (
        await _state.ScanAllAsync($"neighbourhoods/{Name}", ct: None).CountAsync(), await _neighbourhoods.MarkedAsync(Name, None).CountAsync());

    /// <summary>An image's pairs and lists.</summary>
    public async Task<Neighbourhood> OfAsync(int n) => (await _neighbourhoods.GetAsync(Name, Gallery.Id(n), None))!;

    public async Task<NeighboursFound> FindAsync(FindNeighbours request, CancellationToken ct)
    {
        Refreshed += request.ImageIds.Count;
        var asked = Travel(request);
        var before = Environment.CpuUsage.TotalTime;
        var cnn = await _index.FindNeighboursAsync(Name, new NeighbourQuery("cnn", [.. asked.ImageIds]), ct);
        var sift = await _index.FindNeighboursAsync(Name, new NeighbourQuery("sift", [.. asked.ImageIds]), ct);
        var answer = new NeighboursFound
        {
            Cnn = NeighbourListsOf.Answer(cnn), Sift = NeighbourListsOf.Answer(sift), ModelVersion = Version, VocabularyVersion = Version,
        };
        GraphCpu += Environment.CpuUsage.TotalTime - before;
        return Travel(answer);
    }

    public async Task<IReadOnlyList<CandidateVerification>?> VerifyAsync(VerifyCandidates request, CancellationToken ct)
    {
        if (_filling)
        {
            return [.. request.Candidates.Select(other => Known(request.ImageId!.Value, other))];
        }

        var asked = Travel(request);
        var before = Environment.CpuUsage.TotalTime;
        var records = await _images.GetManyAsync(Name, [asked.ImageId!.Value, .. asked.Candidates], ct);
        SiftFeatures[] features = await Task.WhenAll(records.Select(record => ReadAsync(record!.OutputKey(Stages.Sift, Version)!, ct)));
        var answers = asked.Candidates.Zip(features.Skip(1), (other, candidate) =>
        {
            var match = _verifier.Verify(features[0], candidate);
            return new CandidateVerification
            {
                ImageId = other, Inliers = match.Inliers, Verified = match.Verified, CentralSupport = match.CentralSupport, Homography = match.Homography,
            };
        }).ToArray();
        VerificationCpu += Environment.CpuUsage.TotalTime - before;
        Verifications += answers.Length;
        return Travel(new CandidatesVerified { Candidates = answers }).Candidates;
    }

    public Task PublishAsync<T>(T message, CancellationToken cancellationToken = default)
        where T : class
    {
        Published++;
        if (!_filling)
        {
            Travel(message);
        }

        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync() => await _state.DisposeAsync();

    private async Task<SiftFeatures> ReadAsync(string key, CancellationToken ct) => SiftFeatures.Parse((await _blobs.TryReadAsync(key, ct))!);

    private CandidateVerification Known(Guid image, Guid other)
    {
        var same = _numbers[image] / MiningGallery.Views == _numbers[other] / MiningGallery.Views;
        return new CandidateVerification { ImageId = other, Verified = same, Inliers = same ? 40 : 0, CentralSupport = same ? 0.5 : 0 };
    }

    /// <summary>A message as it is on the other side.</summary>
    private T Travel<T>(T message)
        where T : class
    {
        var before = Environment.CpuUsage.TotalTime;
        var received = JsonSerializer.Deserialize<T>(JsonSerializer.SerializeToUtf8Bytes(message, StateJson.Options), StateJson.Options)!;
        MessageCpu += Environment.CpuUsage.TotalTime - before;
        return received;
    }
}
