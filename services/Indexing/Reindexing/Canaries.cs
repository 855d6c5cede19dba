using System.Diagnostics;
using System.Numerics.Tensors;
using Microsoft.Extensions.Options;
using Pipeline.Catalog;
using Pipeline.Onnx;
using Pipeline.Storage;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing.Reindexing;

/// <summary>Searches an index for stored images, and compares what it finds with an exact comparison of their stored features.</summary>
public sealed class Canaries(IVectorIndex index, IBlobStore blobs, ReindexThrottle throttle, IOptions<ReindexOptions> options)
{
    /// <summary>The k of recall@k.</summary>
    private const int Depth = 10;

    /// <summary>Beyond it, because of images that came after the gallery was drawn.</summary>
    private const int Slack = 22;

    /// <summary>Features that are read side by side.</summary>
    private const int AtOnce = 64;

    /// <summary>Two cosines that differ by less are equal: indexes compute in other orders, or with less precision.</summary>
    private const float Tie = 1e-4f;

    /// <summary>Searches for the first images of a gallery among all of it.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="generation">The generation of the index.</param>
    /// <param name="gallery">Images in a random order, each with the key of its features and its code.</param>
    /// <param name="isWhole">Whether the gallery is all that the index holds.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<(int Canaries, double Recall, double CodesEqual)> SearchAsync(
        string collection, Generation generation, IReadOnlyList<(Guid Id, string Key, byte[] Code)> gallery, bool isWhole, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(generation);
        ArgumentNullException.ThrowIfNull(gallery);
        var asked = gallery.Take(options.Value.Canaries).ToArray();
        var queries = await Task.WhenAll(asked.Select(canary => ReadAsync(canary.Key, ct)));
        var scores = await ScoresAsync(collection, gallery, queries, ct);
        var among = isWhole ? null : gallery.Select(image => image.Id).ToArray();
        var (canaries, recall) = (0, 0.0);
        for (var i = 0; i < asked.Length; i++)
        {
            // One that was deleted meanwhile is no canary.
            if (queries[i] is { } query)
            {
                var hits = await index.SearchAsync(
                    generation.IndexName(collection),
                    new IndexQuery { Space = IndexSpaces.Cnn, Vector = new DenseVector(query), Limit = Depth + Slack, Among = among },
                    ct);
                recall += Recall(scores[i], hits);
                canaries++;
            }
        }

        return (canaries, canaries == 0 ? 1 : recall / canaries, await CodesEqualAsync(collection, generation, asked, ct));
    }

    /// <summary>Share of the best places that the hits fill as well as an exact search does.</summary>
    private static double Recall(Dictionary<Guid, float> exact, IReadOnlyList<IndexHit> hits)
    {
        var best = exact.Values.OrderDescending().Take(Depth).ToArray();
        var found = hits.Where(hit => exact.ContainsKey(hit.Id)).Take(Depth).Count(hit => exact[hit.Id] >= best[^1] - Tie);
        return best.Length == 0 ? 1 : (double)found / best.Length;
    }

    /// <summary>For each query the cosines with all of the gallery.</summary>
    private async Task<Dictionary<Guid, float>[]> ScoresAsync(
        string collection, IReadOnlyList<(Guid Id, string Key, byte[] Code)> gallery, float[]?[] queries, CancellationToken ct)
    {
        Dictionary<Guid, float>[] scores = [.. queries.Select(_ => new Dictionary<Guid, float>(gallery.Count))];
        foreach (var part in gallery.Chunk(AtOnce))
        {
            var started = Stopwatch.GetTimestamp();
            var features = await Task.WhenAll(part.Select(image => ReadAsync(image.Key, ct)));
            for (var i = 0; i < part.Length; i++)
            {
                for (var query = 0; query < queries.Length; query++)
                {
                    if (features[i] is { } feature && queries[query] is { } asks)
                    {
                        scores[query][part[i].Id] = TensorPrimitives.CosineSimilarity(asks, feature);
                    }
                }
            }

            await throttle.RestAsync(collection, Stopwatch.GetElapsedTime(started), ct);
        }

        return scores;
    }

    private async Task<double> CodesEqualAsync(
        string collection, Generation generation, IReadOnlyList<(Guid Id, string Key, byte[] Code)> asked, CancellationToken ct)
    {
        var stored = (await index.GetAsync(generation.CodeIndexName(collection, generation.EncoderVersion), [.. asked.Select(image => image.Id)], ct))
            .ToDictionary(point => point.Id, point => ((BinaryCode)point.Vectors[IndexSpaces.Hash]).Bytes);

        // Counts have said whether one is missing: what is missing here was deleted meanwhile.
        return stored.Count == 0 ? 1 : (double)asked.Count(image => stored.TryGetValue(image.Id, out var code) && code.AsSpan().SequenceEqual(image.Code)) / stored.Count;
    }

    private async Task<float[]?> ReadAsync(string key, CancellationToken ct) =>
        await blobs.TryReadAsync(key, ct) is { } stored ? CnnFeatures.ReadEmbedding(stored) : null;
}
