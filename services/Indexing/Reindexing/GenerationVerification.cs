using System.Diagnostics;
using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing.Reindexing;

/// <summary>
/// Compares a next generation's index with what is stored of the images, before it serves: as many points and codes as there are images, and
/// a search that finds what an exact comparison of the stored features finds.
/// </summary>
public sealed class GenerationVerification(
    ImageCatalog images, IVectorIndex index, ImageIndexer indexer, StoredFeatures features, Canaries canaries, IOptions<ReindexOptions> options)
{
    private const int PageSize = 1000;

    /// <summary>Verifies a next generation.</summary>
    /// <param name="record">The collection, with a next generation.</param>
    /// <param name="withoutGone">Whether features that are gone are not waited for any more.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>
    /// What was found; null while images lack an embedding, a code or words, which are to come, or the index is still at work. And how many
    /// those are.
    /// </returns>
    public async Task<(GenerationFigures? Figures, long Lacking)> VerifyAsync(CollectionRecord record, bool withoutGone, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(record);
        var started = Stopwatch.GetTimestamp();
        var (serving, next) = (record.Active!, record.Active!.Next!);
        var census = await Census.TakeAsync(
            images, withoutGone ? features : null, record.Name, serving, next, options.Value.CanaryGallery, options.Value.CanarySeed, ct);
        if (census.Lacking > 0)
        {
            return (null, census.Lacking);
        }

        if (census.Lost.Count > 0)
        {
            return (new GenerationFigures { Images = census.Embedded.Count, Points = 0, Codes = 0, Fault = LostFault(census.Lost) }, 0);
        }

        if (await StatusAsync(record.Name, next, ct) is not { } status)
        {
            return (null, 0);
        }

        var (mended, wrong) = await MendAsync(record.Name, next, census, ct);
        var found = await canaries.SearchAsync(record.Name, next, census.Sample, isWhole: census.Sample.Count == census.Embedded.Count, ct);
        var figures = new GenerationFigures
        {
            Images = census.Embedded.Count,
            Points = await index.CountAsync(next.IndexName(record.Name), ct: ct),
            Codes = await index.CountAsync(next.CodeIndexName(record.Name, next.EncoderVersion), ct: ct),
            Mended = mended,
            Wrong = wrong,
            Wordless = census.Wordless.Count,
            WordlessImages = [.. census.Wordless.Take(GenerationProgress.MaxNamed)],
            Canaries = found.Canaries,
            Recall = found.Recall,
            CodesEqual = found.CodesEqual,
            IndexStatus = status.Length == 0 ? null : status,
            Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds,
        };
        return (figures with { Fault = FaultOf(figures) }, 0);
    }

    private static string LostFault(List<Guid> lost) =>
        $"The stored features of {lost.Count} images are gone, and did not come again: {string.Join(", ", lost.Take(GenerationProgress.MaxNamed).Select(id => id.ToString("N")))}.";

    private string? FaultOf(GenerationFigures figures) =>
        figures.IndexStatus == nameof(IndexStatus.Red) ? "The index says that a part of it has failed."
        : figures.Wrong > 0 ? $"{figures.Wrong} images are missing in the index, or too many."
        : figures.Recall < options.Value.CanaryRecall ? FormattableString.Invariant($"The index finds {figures.Recall:P1} of the exact ten nearest of {figures.Canaries} images; {options.Value.CanaryRecall:P1} are asked for.")
        : figures.CodesEqual < 1 ? FormattableString.Invariant($"The codes of {1 - figures.CodesEqual:P1} of {figures.Canaries} images are not the stored ones.")
        : null;

    /// <summary>The worse of what its two indexes say of themselves, empty where they say nothing; null while they are at work on what was written.</summary>
    private async Task<string?> StatusAsync(string collection, Generation next, CancellationToken ct)
    {
        if (index is not IIndexStatus telling)
        {
            return "";
        }

        IndexStatus[] statuses = await Task.WhenAll(next.IndexNames(collection).Select(name => telling.GetStatusAsync(name, ct)));
        return statuses.Contains(IndexStatus.Red) ? nameof(IndexStatus.Red)
            : statuses.All(status => status == IndexStatus.Green) ? nameof(IndexStatus.Green)
            : null;
    }

    /// <summary>Equal counts say that all is there. Where they differ, because images come and go meanwhile or points were lost, it is looked which.</summary>
    private async Task<(long Mended, long Wrong)> MendAsync(string collection, Generation next, Census census, CancellationToken ct)
    {
        var (vectors, codes) = (next.IndexName(collection), next.CodeIndexName(collection, next.EncoderVersion));
        var points = await index.CountAsync(vectors, ct: ct);
        if (await index.CountAsync(codes, ct: ct) == census.Embedded.Count && points >= census.Embedded.Count && points <= census.Embedded.Count + census.Others.Count)
        {
            return (0, 0);
        }

        var (inVectors, inCodes) = (await IdsAsync(vectors, ct), await IdsAsync(codes, ct));
        Guid[] missing = [.. census.Embedded.Where(id => !inVectors.Contains(id) || !inCodes.Contains(id)), .. census.Others.Where(id => !inVectors.Contains(id))];
        Guid[] surplus = [.. inVectors.Concat(inCodes).Distinct().Where(id => !census.Embedded.Contains(id) && !census.Others.Contains(id))];
        var (mended, wrong) = (0L, 0L);
        foreach (var ids in missing.Chunk(options.Value.BatchSize))
        {
            mended += await indexer.CopyToNextAsync(collection, [.. (await images.GetManyAsync(collection, ids, ct)).OfType<ImageRecord>()], ct);
            var there = (await index.GetAsync(vectors, ids, ct)).Select(point => point.Id).ToHashSet();

            // One that was deleted since must not be there, and one that has nothing to search by cannot.
            wrong += (await images.GetManyAsync(collection, ids, ct))
                .Count(image => image is not null && image.IsLive(image.Incarnation) && census.Embedded.Contains(image.ImageId) && !there.Contains(image.ImageId));
        }

        foreach (var ids in surplus.Chunk(options.Value.BatchSize))
        {
            // Those that live came after the census.
            mended += ids.Length - await indexer.ClearNextAsync(collection, ids, ct);
        }

        return (mended, wrong);
    }

    private async Task<HashSet<Guid>> IdsAsync(string name, CancellationToken ct)
    {
        var ids = new HashSet<Guid>();
        Guid? after = null;
        do
        {
            var page = await index.ScanAsync(name, after, PageSize, ct: ct);
            ids.UnionWith(page.Points.Select(point => point.Id));
            after = page.Next;
        }
        while (after is not null);
        return ids;
    }
}
