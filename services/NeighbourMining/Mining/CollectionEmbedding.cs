using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;
using Pipeline.Neighbours;
using Pipeline.Neighbours.Embedding;
using Pipeline.Onnx;

namespace Pipeline.NeighbourMining;

/// <summary>
/// The batch sweep of collaborative index embedding over a collection, tenant by tenant. Images pull each other where mining
/// verified them; what arrives meanwhile is embedded as it streams in.
/// </summary>
public sealed partial class CollectionEmbedding(
    CollectionCatalog collections,
    ImageCatalog images,
    NeighbourhoodCatalog neighbourhoods,
    FeatureBlobs features,
    IEventPublisher events,
    IOptions<MiningOptions> mining,
    IOptions<EmbeddingOptions> embedding,
    TimeProvider time,
    ILogger<CollectionEmbedding> logger)
{
    /// <summary>Sweeps, and publishes the embedded vector of each image.</summary>
    /// <returns>How many vectors were published.</returns>
    public async Task<int> RunAsync(string collection, CancellationToken ct)
    {
        if ((await collections.GetAsync(collection, ct))?.Active is not { } generation)
        {
            return 0;
        }

        var published = 0;
        var madeAt = time.GetUtcNow();
        var members = await ReadAsync(collection, generation, ct);
        foreach (var tenant in members.GroupBy(member => member.Record.Tenant, StringComparer.Ordinal))
        {
            var rows = tenant.OrderBy(member => member.Record.ImageId).ToArray();
            var vectors = Sweep(collection, rows, ct);
            for (var i = 0; i < rows.Length; i++)
            {
                var row = SparseRow.FromDense(vectors[i]);
                await events.PublishAsync(
                    new IndexVectorEmbedded
                    {
                        Collection = collection,
                        ImageId = rows[i].Record.ImageId,
                        Indices = row.Indices,
                        Values = row.Values,
                        MadeAt = madeAt,
                        ModelVersion = generation.ModelVersion,
                        VocabularyVersion = generation.VocabularyVersion,
                    }.About(rows[i].Record.ToHeader()),
                    ct);
                published++;
            }
        }

        return published;
    }

    private IReadOnlyList<float[]> Sweep(string collection, Member[] rows, CancellationToken ct)
    {
        var places = rows.Index().ToDictionary(row => row.Item.Record.ImageId, row => row.Index);
        var verified = rows.Index()
            .SelectMany(row => row.Item.Verified.Where(places.ContainsKey).Select(other => (row.Index, places[other])))
            .ToHashSet();
        var sweep = new CollaborativeIndexEmbedding(mining.Value, embedding.Value, (a, b) => verified.Contains((a, b)) || verified.Contains((b, a)));
        EmbeddingIteration? last = null;
        foreach (var round in sweep.Sweep([.. rows.Select(row => row.Embedding)], [.. rows.Select(row => row.Words)], ct))
        {
            LogRound(logger, collection, round.Number, rows.Length, round.Jaccard, round.CnnModification, round.BytesPerImage);
            last = round;
        }

        return last!.Cnn;
    }

    private async Task<List<Member>> ReadAsync(string collection, Generation generation, CancellationToken ct)
    {
        var members = new List<Member>();
        string? cursor = null;
        do
        {
            var page = await images.ListAsync(collection, ImageStatus.Indexed, cursor, ImageCatalog.MaxPage, ct);
            var mined = await neighbourhoods.ReadAsync(collection, [.. page.Images.Select(image => image.ImageId)], ct);
            foreach (var (image, known) in page.Images.Zip(mined))
            {
                if (image.OutputKey(Stages.Cnn, generation.ModelVersion) is { } cnnKey
                    && await features.ReadAsync<float[]?>(cnnKey, static bytes => CnnFeatures.ReadEmbedding(bytes), null, ct) is { } embedding)
                {
                    var words = generation.VocabularyVersion is { } vocabulary && image.OutputKey(Stages.Words, vocabulary) is { } wordsKey
                        ? await features.ReadAsync(wordsKey, static bytes => SparseRowFormat.Parse(bytes), SparseRow.Empty, ct)
                        : SparseRow.Empty;
                    members.Add(new Member(image, embedding, words, Verified(image, known.Value)));
                }
            }

            cursor = page.NextCursor;
        }
        while (cursor is not null);

        // An image whose status changed during the walk may have been met twice.
        return [.. members.DistinctBy(member => member.Record.ImageId)];
    }

    /// <summary>The images that show the same by geometry, or by what people said, which counts more.</summary>
    private static IReadOnlyList<Guid> Verified(ImageRecord image, Neighbourhood? known)
    {
        var verdicts = image.Standing();
        var byGeometry = (known?.Checks ?? []).Where(check => check.Verified && !verdicts.ContainsKey(check.OtherId)).Select(check => check.OtherId);
        return [.. byGeometry.Concat(verdicts.Where(verdict => verdict.Value == PairVerdicts.Same).Select(verdict => verdict.Key))];
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Embedding '{Collection}', round {Round}: {Images} images, Jaccard {Jaccard:F3}, modification {Modification:F3}, {Bytes:F0} bytes an image")]
    private static partial void LogRound(ILogger logger, string collection, int round, int images, double jaccard, double modification, double bytes);

    private sealed record Member(ImageRecord Record, float[] Embedding, SparseRow Words, IReadOnlyList<Guid> Verified);
}
