using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Queries;
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
/// The mining service over an index, with its state in SQLite and features in files; only the bus between it and the services that
/// it asks is missing. Images resampled from one picture share that picture's stored SIFT features.
/// </summary>
internal sealed class MinedCollection : IAsyncDisposable, INeighbourQueries, IEventPublisher
{
    private const string Name = "c";
    private const string Version = "1";
    private const int ParallelWrites = 64;
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly Dictionary<(string, string), CandidateVerification> _remembered = [];
    private readonly GeometricVerifier _verifier = new(new SiftOptions());
    private readonly EmbeddedVectorIndex _index;
    private readonly MiningGallery _gallery;
    private readonly SqliteStateStore _state;
    private readonly DirectoryBlobStore _blobs;
    private readonly ImageCatalog _images;
    private readonly NeighbourhoodCatalog _neighbourhoods;
    private readonly NeighbourhoodMiner _miner;
    private bool _filling;

    public MinedCollection(EmbeddedVectorIndex index, MiningGallery gallery, string folder)
    {
        (_index, _gallery) = (index, gallery);
        _state = new SqliteStateStore(Path.Combine(folder, "state.db"));
        _blobs = new DirectoryBlobStore(Path.Combine(folder, "blobs"));
        _images = new ImageCatalog(_state, TimeProvider.System);
        _neighbourhoods = new NeighbourhoodCatalog(_state);
        var options = Create(new MiningOptions());
        _miner = new NeighbourhoodMiner(
            _neighbourhoods,
            _images,
            this,
            new PairVerification(this, options),
            new VectorEmbedding(_images, _blobs, Create(new EmbeddingOptions()), TimeProvider.System),
            this,
            options);
    }

    /// <summary>Processor time that geometry took.</summary>
    public TimeSpan VerificationCpu { get; private set; }

    /// <summary>Processor time that the index's graphs took.</summary>
    public TimeSpan GraphCpu { get; private set; }

    /// <summary>Pairs that geometry was asked about.</summary>
    public int Verifications { get; private set; }

    /// <summary>Mines all images that the index holds. A pair of pictures is verified once, since their copies share features.</summary>
    public async Task FillAsync(int images)
    {
        for (var picture = 0; picture < _gallery.Pictures; picture++)
        {
            await _blobs.PutAsync(Sift(picture), _gallery.Sift(picture).Serialize(), None);
        }

        await Parallel.ForAsync(0, images, new ParallelOptions { MaxDegreeOfParallelism = ParallelWrites }, async (n, _) => await AcceptAsync(n));
        _filling = true;
        await _miner.RefreshAsync(Name, Enumerable.Range(0, images).Select(Gallery.Id), embedAnew: null, None);
        _filling = false;
        (VerificationCpu, GraphCpu, Verifications) = (default, default, 0);
    }

    /// <summary>The catalog's record of an image, as it is when the image is indexed.</summary>
    public async Task AcceptAsync(int n)
    {
        var key = $"features/cnn/{n}";
        await _blobs.PutAsync(key, new CnnFeatures(_gallery.Embedding(n % _gallery.Pictures), new Half[1], [1, 1, 1]).Serialize(), None);
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
                    [Stages.Cnn] = new() { Done = true, Version = Version, FeatureKey = key },
                    [Stages.Sift] = new() { Done = true, Version = Version, FeatureKey = Sift(n % _gallery.Pictures) },
                },
            },
            None);
    }

    /// <summary>What consuming an image's <c>ImageIndexed</c> does.</summary>
    public Task MineAsync(int n) => _miner.RefreshAsync(Name, [Gallery.Id(n)], embedAnew: Gallery.Id(n), None);

    /// <summary>The stored records: neighbourhoods, and marks of unfinished work.</summary>
    public async Task<(int Neighbourhoods, int Marks)> CountRecordsAsync() => (
        await _state.ScanAllAsync($"neighbourhoods/{Name}", ct: None).CountAsync(), await _neighbourhoods.MarkedAsync(Name, None).CountAsync());

    /// <summary>An image's pairs and lists.</summary>
    public async Task<Neighbourhood> OfAsync(int n) => (await _neighbourhoods.GetAsync(Name, Gallery.Id(n), None))!;

    public async Task<NeighboursFound> FindAsync(FindNeighbours request, CancellationToken ct)
    {
        var before = Environment.CpuUsage.TotalTime;
        var cnn = await _index.FindNeighboursAsync(Name, new NeighbourQuery("cnn", [.. request.ImageIds]), ct);
        var sift = await _index.FindNeighboursAsync(Name, new NeighbourQuery("sift", [.. request.ImageIds]), ct);
        GraphCpu += Environment.CpuUsage.TotalTime - before;
        return new NeighboursFound { Cnn = ToContract(cnn), Sift = ToContract(sift), ModelVersion = Version, VocabularyVersion = Version };
    }

    public async Task<IReadOnlyList<CandidateVerification>?> VerifyAsync(VerifyCandidates request, CancellationToken ct)
    {
        var before = Environment.CpuUsage.TotalTime;
        var records = await _images.GetManyAsync(Name, [request.ImageId!.Value, .. request.Candidates], ct);
        string[] keys = [.. records.Select(record => record!.OutputKey(Stages.Sift, Version)!)];
        var query = _filling ? null : await ReadAsync(keys[0], ct);
        var answers = new List<CandidateVerification>();
        for (var i = 0; i < request.Candidates.Count; i++)
        {
            var pair = (keys[0], keys[i + 1]);
            if (!_filling || !_remembered.TryGetValue(pair, out var answer))
            {
                var match = _verifier.Verify(query ?? await ReadAsync(pair.Item1, ct), await ReadAsync(pair.Item2, ct));
                _remembered[pair] = answer = new CandidateVerification
                {
                    ImageId = default, Inliers = match.Inliers, Verified = match.Verified, CentralSupport = match.CentralSupport,
                };
            }

            answers.Add(answer with { ImageId = request.Candidates[i] });
        }

        Verifications += request.Candidates.Count;
        VerificationCpu += Environment.CpuUsage.TotalTime - before;
        return answers;
    }

    public Task PublishAsync<T>(T message, CancellationToken cancellationToken = default)
        where T : class => Task.CompletedTask;

    public async ValueTask DisposeAsync() => await _state.DisposeAsync();

    private async Task<SiftFeatures> ReadAsync(string key, CancellationToken ct) => SiftFeatures.Parse((await _blobs.TryReadAsync(key, ct))!);

    private static NeighbourLists ToContract(NeighbourAnswer answer) => new()
    {
        Lists = [.. answer.Lists.Select(ToContract)],
        Reverse = [.. answer.Reverse.Select(ToContract)],
    };

    private static ImageNeighbours ToContract(NeighbourList list) => new()
    {
        ImageId = list.Id,
        Revision = list.Revision,
        Neighbours = [.. list.Neighbours.Select(near => new NearImage(near.Id, near.Score))],
    };

    private static string Sift(int picture) => $"features/sift/{picture}";
}
