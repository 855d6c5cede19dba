using System.Runtime.CompilerServices;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing.Words;

/// <summary>
/// Lets a vocabulary serve a collection. Between the old one and the new one there is none: first the collection has no
/// vocabulary, so that no word of the old one can come in any more; then the index forgets what it has of it; then the new
/// one serves. Killed anywhere, the next delivery goes on.
/// </summary>
public sealed partial class VocabularyChange(
    CollectionCatalog collections,
    VocabularyCatalog vocabularies,
    ImageCatalog images,
    Generations generations,
    IVectorIndex index,
    IndexWrites writes,
    ILogger<VocabularyChange> logger)
{
    private const int PageSize = 1000;

    private static readonly Dictionary<string, VectorValue?> Nothing = new() { [IndexSpaces.Sift] = null, [IndexSpaces.Cie] = null };

    /// <summary>Lets the vocabulary serve, unless it does already or a later one has been trained.</summary>
    /// <returns>Whether it serves now.</returns>
    /// <exception cref="InvalidOperationException">The collection has no index yet, which may change.</exception>
    public async Task<bool> ServeAsync(VocabularyPublished vocabulary, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        if (await collections.GetCurrentAsync(vocabulary.Collection, ct) is null)
        {
            LogNoCollection(logger, vocabulary.Collection, vocabulary.VocabularyVersion);
            return false;
        }

        var generation = await generations.CurrentAsync(vocabulary.Collection, ct)
            ?? throw new InvalidOperationException($"The collection '{vocabulary.Collection}' has no index yet.");
        if (generation.VocabularyVersion == vocabulary.VocabularyVersion)
        {
            return true;
        }

        var record = await vocabularies.GetAsync(vocabulary.Collection, ct);
        if (record.Serving is { } serving && serving != vocabulary.CorrelationId && record.Find(vocabulary.CorrelationId) is not null)
        {
            LogSuperseded(logger, vocabulary.VocabularyVersion, vocabulary.Collection);
            return false;
        }

        // Whoever is about to write words of the old one is let finish; whoever comes next finds no vocabulary.
        using (await writes.ForAllAsync(ct))
        {
            await SetAsync(vocabulary.Collection, generation, generation.VocabularyVersion, null, ct);
        }

        // A next generation that begins from here on has no words of the old one.
        foreach (var filled in (await generations.CurrentAsync(vocabulary.Collection, ct))?.Written().Where(of => of.VocabularyVersion is null) ?? [])
        {
            await ForgetAsync(filled.IndexName(vocabulary.Collection), ct);
        }

        await SetAsync(vocabulary.Collection, generation, null, vocabulary.VocabularyVersion, ct);
        LogServes(logger, vocabulary.VocabularyVersion, vocabulary.Collection);
        return true;
    }

    /// <summary>The images that have no words of the vocabulary yet, each as the command to make them.</summary>
    public async IAsyncEnumerable<QuantizeImage> MissingAsync(string collection, string vocabularyVersion, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var image in images.LivingWithFeaturesAsync(collection, Stages.Sift, ct))
        {
            if (ImageWords.ToMake(image, vocabularyVersion) is { } command)
            {
                yield return command with { Traffic = TrafficClass.Bulk };
            }
        }
    }

    private async Task SetAsync(string collection, Generation generation, string? expected, string? vocabulary, CancellationToken ct)
    {
        if (!await collections.TrySetVocabularyAsync(collection, generation.Number, expected, vocabulary, ct))
        {
            throw new InvalidOperationException($"The vocabulary of the collection '{collection}' was changed by somebody else meanwhile.");
        }
    }

    private async Task ForgetAsync(string name, CancellationToken ct)
    {
        Guid? after = null;
        do
        {
            var page = await index.ScanAsync(name, after, PageSize, ct: ct);
            VectorUpdate[] updates =
            [
                .. page.Points
                    .Where(point => point.Vectors.ContainsKey(IndexSpaces.Sift) || point.Vectors.ContainsKey(IndexSpaces.Cie))
                    .Select(point => new VectorUpdate { Id = point.Id, Vectors = Nothing }),
            ];
            await index.SetVectorsAsync(name, updates, ct);
            after = page.Next;
        }
        while (after is not null);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Version} serves the collection {Collection}")]
    private static partial void LogServes(ILogger logger, string version, string collection);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Version} comes too late for the collection {Collection}: a later vocabulary has been trained")]
    private static partial void LogSuperseded(ILogger logger, string version, string collection);

    [LoggerMessage(Level = LogLevel.Warning, Message = "There is no collection {Collection} for {Version} to serve")]
    private static partial void LogNoCollection(ILogger logger, string collection, string version);
}
