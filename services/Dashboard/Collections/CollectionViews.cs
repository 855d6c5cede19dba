using Pipeline.Catalog;
using Pipeline.Storage;

namespace Pipeline.Dashboard.Collections;

/// <summary>Reads what is known of collections from the catalog.</summary>
public sealed class CollectionViews(
    CollectionCatalog collections,
    ImageCatalog images,
    ModelUpdateCatalog updates,
    EncoderCatalog encoders,
    VocabularyCatalog vocabularies,
    CollectionRebuilds rebuilds,
    ArtifactStore artifacts)
{
    // An update a day for two years; a chain that does not end would be damaged.
    private const int LongestLineage = 1000;

    /// <summary>All collections by name, without what they learned.</summary>
    public async Task<IReadOnlyList<CollectionView>> ListAsync(CancellationToken ct)
    {
        var views = new List<CollectionView>();
        foreach (var record in await collections.ListAsync(ct))
        {
            views.Add(new CollectionView { Record = record, Images = await CountAsync(record.Name, ct), Progress = await ProgressAsync(record, ct) });
        }

        return views;
    }

    /// <summary>A collection with all that is known of it; null if there is none.</summary>
    public async Task<CollectionView?> GetAsync(string name, CancellationToken ct)
    {
        if (await collections.GetCurrentAsync(name, ct) is not { } record)
        {
            return null;
        }

        var known = (await updates.GetAsync(name, ct)).Trainings.Reverse().ToArray();
        var progress = await Task.WhenAll(known.Select(update => updates.GetProgressAsync(name, update.Id, ct)));
        return new CollectionView
        {
            Record = record,
            Images = await CountAsync(name, ct),
            Progress = await ProgressAsync(record, ct),
            Rebuild = await rebuilds.GetAsync(name, ct),
            Generations = [.. (await collections.GetGenerationsAsync(name, ct)).Entries.Reverse()],
            Updates = [.. known.Zip(progress)],
            Encoders = [.. (await encoders.GetAsync(name, ct)).Trainings.Reverse()],
            Vocabularies = [.. (await vocabularies.GetAsync(name, ct)).Trainings.Reverse()],
            Lineage = await LineageAsync(record.Active?.ModelVersion, ct),
        };
    }

    private async Task<IReadOnlyDictionary<ImageStatus, long>> CountAsync(string name, CancellationToken ct)
    {
        var counts = new Dictionary<ImageStatus, long>();
        foreach (var status in Enum.GetValues<ImageStatus>().Where(status => status != ImageStatus.Deleted))
        {
            counts[status] = await images.CountAsync(name, status, ct);
        }

        return counts;
    }

    private async Task<GenerationProgress?> ProgressAsync(CollectionRecord record, CancellationToken ct) =>
        record.Active?.Next is { } next && await collections.GetProgressAsync(record.Name, ct) is { } progress && progress.Generation == next.Number ? progress : null;

    private async Task<IReadOnlyList<Artifact>> LineageAsync(string? version, CancellationToken ct)
    {
        var lineage = new List<Artifact>();
        while (version is not null && lineage.Count < LongestLineage && await artifacts.GetAsync(version, ct) is { } artifact)
        {
            lineage.Add(artifact);
            version = artifact.Lineage.Parent;
        }

        return lineage;
    }
}
