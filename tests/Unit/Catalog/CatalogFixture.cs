using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Storage;

namespace Pipeline.Tests.Unit.Catalog;

/// <summary>The catalog on real stores in a folder of its own.</summary>
internal sealed class CatalogFixture : IAsyncDisposable
{
    public const string Collection = "shop";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipeline-catalog-");
    private readonly SqliteStateStore _state;

    public CatalogFixture()
    {
        _state = new SqliteStateStore(Path.Combine(_folder.FullName, "state.db"));
        Blobs = new DirectoryBlobStore(Path.Combine(_folder.FullName, "blobs"));
        Images = new ImageCatalog(_state, TimeProvider.System);
        Uploads = new UploadCatalog(_state, Images, TimeProvider.System);
        References = new BlobReferences(_state, Blobs);
        Collections = new CollectionCatalog(_state, TimeProvider.System);
        Vocabularies = VocabulariesAt(TimeProvider.System);
        Encoders = new EncoderCatalog(_state, TimeProvider.System);
        Artifacts = new ArtifactStore(Blobs, _state);
        Updates = new ModelUpdateCatalog(_state, TimeProvider.System);
        Neighbourhoods = new NeighbourhoodCatalog(_state);
        Manifests = new ImageManifests(Blobs, Images);
        CollectionManifests = new CollectionManifests(_state, Blobs, Collections, References, TimeProvider.System);
        Rebuilds = new CollectionRebuilds(_state, TimeProvider.System);
        Restoration = new ImageRestoration(Images, Uploads, References, Manifests, Blobs);
        Verdicts = new ImageVerdicts(Images, Manifests, Restoration);
        Traces = new CollectionTraces(
            _state, Blobs, Collections, CollectionManifests, Images, Uploads, References, Neighbourhoods, Vocabularies, Encoders, Updates, Artifacts);
    }

    public IStateStore State => _state;

    /// <summary>Where both stores are.</summary>
    public string Folder => _folder.FullName;

    public IBlobStore Blobs { get; }

    public CollectionCatalog Collections { get; }

    public VocabularyCatalog Vocabularies { get; }

    public EncoderCatalog Encoders { get; }

    public ArtifactStore Artifacts { get; }

    public ModelUpdateCatalog Updates { get; }

    public NeighbourhoodCatalog Neighbourhoods { get; }

    public ImageManifests Manifests { get; }

    public CollectionManifests CollectionManifests { get; }

    public CollectionRebuilds Rebuilds { get; }

    public ImageRestoration Restoration { get; }

    public ImageVerdicts Verdicts { get; }

    public CollectionTraces Traces { get; }

    public ImageCatalog Images { get; }

    public UploadCatalog Uploads { get; }

    public BlobReferences References { get; }

    /// <summary>The trainings as a process with another clock sees them.</summary>
    public VocabularyCatalog VocabulariesAt(TimeProvider time) => new(_state, time);

    /// <summary>Repairs of neighbour lists as a process with this clock sees them.</summary>
    public NeighbourRepairs RepairsAt(TimeProvider time) => new(_state, time);

    /// <summary>References over other blobs, on the same state.</summary>
    public BlobReferences ReferencesOver(IBlobStore blobs) => new(_state, blobs);

    public static ImageUploaded Upload(Guid? uploadId = null, string? externalId = null) =>
        new() { UploadId = uploadId, Collection = Collection, ExternalId = externalId, Source = new ImageSource { Uri = "file:///a" } };

    public static AcceptedContent Content(Guid imageId) => new(imageId, new string('a', 64), "png", 10, 10, 100);

    public static ImageRecord Record(ImageStatus status = ImageStatus.Processing) =>
        new() { ImageId = Guid.NewGuid(), Collection = Collection, Status = status };

    public async ValueTask DisposeAsync()
    {
        await _state.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
