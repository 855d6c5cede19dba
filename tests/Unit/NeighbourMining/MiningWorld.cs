using System.Collections.Concurrent;
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
using Pipeline.Storage;
using Pipeline.VectorIndex;

namespace Pipeline.Tests.Unit.NeighbourMining;

/// <summary>Mining on real stores and a real index; only the bus and the geometry are played.</summary>
internal sealed class MiningWorld : IAsyncDisposable, INeighbourQueries, IEventPublisher
{
    public const string Collection = "shop";
    private const string Model = "model-1";
    private const string Vocabulary = "words-1";
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly string[] Spaces = ["cnn", "sift"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-mining-");
    private readonly SqliteStateStore _state;
    private readonly DirectoryBlobStore _blobs;
    private readonly EmbeddedVectorIndex _index;
    private readonly INeighbourGraphIndex _neighbours;
    private readonly CollectionCatalog _collections;

    /// <param name="options">What is mined; a small neighbourhood if null.</param>
    /// <param name="candidates">How many candidates are asked in return, of an index that keeps no graphs; null for one that does.</param>
    public MiningWorld(MiningOptions? options = null, int? candidates = null)
    {
        Options = options ?? new MiningOptions { CnnNeighbours = 3, SiftNeighbours = 3, ReturnNeighbours = 5 };
        _state = new SqliteStateStore(Path.Combine(_folder.FullName, "state.db"));
        _blobs = new DirectoryBlobStore(Path.Combine(_folder.FullName, "blobs"));
        _index = EmbeddedVectorIndex.Open(new VectorIndexOptions { Path = Path.Combine(_folder.FullName, "index"), GraphNeighbours = Options.ListLength });
        _neighbours = candidates is { } bounded ? new SearchedNeighbours(SearchOnlyIndex.Over(_index), Options.ListLength, bounded) : _index;
        Images = new ImageCatalog(_state, TimeProvider.System);
        Repairs = new NeighbourRepairs(_state, TimeProvider.System);
        Neighbourhoods = new NeighbourhoodCatalog(_state);
        _collections = new CollectionCatalog(_state, TimeProvider.System);
    }

    public MiningOptions Options { get; }

    public ImageCatalog Images { get; }

    public NeighbourhoodCatalog Neighbourhoods { get; }

    public NeighbourRepairs Repairs { get; }

    /// <summary>Everything that was published, in order.</summary>
    public ConcurrentQueue<object> Published { get; } = [];

    /// <summary>Plays the geometry; must be symmetric.</summary>
    public Func<Guid, Guid, bool> SameSubject { get; set; } = (_, _) => true;

    /// <summary>Runs before each publication; may throw, as a process that dies there.</summary>
    public Action<object> BeforePublish { get; set; } = _ => { };

    /// <summary>Runs between an answer of the index and what is made of it.</summary>
    public Func<Task> AfterFind { get; set; } = () => Task.CompletedTask;

    /// <summary>How often geometry was asked about a candidate.</summary>
    public int Verifications { get; private set; }

    public NeighbourhoodMiner Miner() => new(
        Neighbourhoods,
        Images,
        this,
        new PairVerification(this, Neighbourhoods, Microsoft.Extensions.Options.Options.Create(Options)),
        new VectorEmbedding(Images, new FeatureBlobs(_blobs, NullLogger<FeatureBlobs>.Instance), Microsoft.Extensions.Options.Options.Create(new EmbeddingOptions()), TimeProvider.System),
        this,
        Microsoft.Extensions.Options.Options.Create(Options));

    public CollectionEmbedding Sweep() => new(
        _collections,
        Images,
        Neighbourhoods,
        new FeatureBlobs(_blobs, NullLogger<FeatureBlobs>.Instance),
        this,
        Microsoft.Extensions.Options.Options.Create(Options),
        Microsoft.Extensions.Options.Options.Create(new EmbeddingOptions()),
        TimeProvider.System,
        NullLogger<CollectionEmbedding>.Instance);

    public NeighbourSweep Repair(MiningMetrics metrics, int imagesPerTurn) => new(
        Images,
        Repairs,
        Miner(),
        metrics,
        Microsoft.Extensions.Options.Options.Create(new MiningServiceOptions { RepairImages = imagesPerTurn }),
        NullLogger<NeighbourSweep>.Instance);

    public async Task InitializeAsync(int dimensions)
    {
        await _index.EnsureCollectionAsync(Collection, new CollectionSchema([new DenseSpace("cnn", dimensions), new SparseSpace("sift")]));
        await _collections.CreateAsync(Collection, None);
        await _collections.ActivateFirstAsync(
            Collection,
            new Generation { Number = 1, ModelVersion = Model, Dimensions = dimensions, EncoderVersion = "encoder-1", Bits = 8, VocabularyVersion = Vocabulary },
            None);
    }

    /// <summary>Indexes an image, as Indexing does; it is not mined yet.</summary>
    public async Task IndexAsync(Guid id, float[] cnn, SparseRow sift, int incarnation = 1)
    {
        var key = BlobKeys.Cnn(Collection, id, incarnation, Model);
        var wordsKey = BlobKeys.Words(Collection, id, incarnation, Vocabulary);
        await _blobs.PutAsync(key, new CnnFeatures(cnn, new Half[1], [1, 1, 1]).Serialize(), None);
        await _blobs.PutAsync(wordsKey, SparseRowFormat.Serialize(sift), None);
        await Images.UpdateAsync(
            Collection,
            id,
            _ => new ImageRecord
            {
                ImageId = id,
                Collection = Collection,
                Status = ImageStatus.Indexed,
                Incarnation = incarnation,
                Stages = new Dictionary<string, StageOutcome>
                {
                    [Stages.Cnn] = new() { Done = true, Version = Model, FeatureKey = key },
                    [Stages.Words] = new() { Done = true, Version = Vocabulary, FeatureKey = wordsKey },
                },
            },
            None);
        var vectors = new Dictionary<string, VectorValue> { ["cnn"] = new DenseVector(cnn) };
        if (sift.Count > 0)
        {
            vectors["sift"] = new SparseVector(sift.Indices, sift.Values);
        }

        await _index.UpsertAsync(Collection, [new IndexPoint { Id = id, Vectors = vectors, Payload = new IndexPayload { Tenant = Tenants.Default } }]);
    }

    /// <summary>Damages the stored features of an image, as a failing disk does.</summary>
    public Task DamageAsync(Guid id) => _blobs.PutAsync(BlobKeys.Cnn(Collection, id, 1, Model), new byte[] { 1, 2, 3 }, None);

    /// <summary>Deletes an image, as Indexing does; mining has not heard of it yet.</summary>
    public async Task DeleteAsync(Guid id)
    {
        await DeleteRecordAsync(id);
        await DeletePointAsync(id);
    }

    /// <summary>The first half of a deletion.</summary>
    public Task DeleteRecordAsync(Guid id) => Images.UpdateAsync(Collection, id, record => record! with { Status = ImageStatus.Deleted }, None);

    /// <summary>The second half of a deletion.</summary>
    public Task DeletePointAsync(Guid id) => _index.DeleteAsync(Collection, [id]);

    /// <summary>Mines as the event of the image's last indexing, or deletion, says.</summary>
    public async Task MineAsync(Guid id)
    {
        var record = await Images.GetAsync(Collection, id, None);
        await Miner().RefreshAsync(Collection, [id], record is null ? null : new Arrival(id, record.UpdatedAt), None);
    }

    public Task<Neighbourhood?> OfAsync(Guid id) => Neighbourhoods.GetAsync(Collection, id, None);

    /// <summary>Stored neighbourhoods.</summary>
    public async Task<int> CountNeighbourhoodsAsync() => await _state.ScanAllAsync($"neighbourhoods/{Collection}", ct: None).CountAsync();

    public async Task<NeighboursFound> FindAsync(FindNeighbours request, CancellationToken ct)
    {
        var lists = new List<NeighbourLists>();
        var bounded = false;
        foreach (var space in Spaces)
        {
            var answer = await _neighbours.FindNeighboursAsync(request.Collection, new NeighbourQuery(space, [.. request.ImageIds]), ct);
            bounded |= answer.IsBounded;
            lists.Add(NeighbourListsOf.Answer(answer));
        }

        await AfterFind();
        return new NeighboursFound { Cnn = lists[0], Sift = lists[1], Bounded = bounded, ModelVersion = Model, VocabularyVersion = Vocabulary };
    }

    public Task<IReadOnlyList<CandidateVerification>?> VerifyAsync(VerifyCandidates request, CancellationToken ct)
    {
        Verifications += request.Candidates.Count;
        return Task.FromResult<IReadOnlyList<CandidateVerification>?>(
        [
            .. request.Candidates.Select(other => new CandidateVerification
            {
                ImageId = other,
                Inliers = 30,
                Verified = true,
                CentralSupport = SameSubject(request.ImageId!.Value, other) ? 0.5 : 0.01,
            }),
        ]);
    }

    public Task PublishAsync<T>(T message, CancellationToken cancellationToken = default)
        where T : class
    {
        BeforePublish(message);
        Published.Enqueue(message);
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _index.DisposeAsync();
        await _state.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
