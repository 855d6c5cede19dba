using System.Buffers.Binary;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Catalog;
using Pipeline.Contracts.Queries;
using Pipeline.Hashing;
using Pipeline.Indexing;
using Pipeline.VectorIndex;

namespace Pipeline.Tests.Benchmarks;

/// <summary>
/// A collection of real images that grows by neighbours of theirs: an image's embedding plus noise, with the code that the
/// encoder gives it. What a search verifies geometrically has the SIFT features of a real image, every second the query's own.
/// </summary>
internal sealed class CrowdedIndex(IServiceProvider services, IReadOnlyList<BenchmarkImage> images)
{
    private const int Batch = 500;

    // Uniform noise of about 0.7 in all, as views of one thing differ: a cosine of about 0.8.
    private const float Noise = 0.05f;

    private readonly IVectorIndex _index = services.GetRequiredService<IVectorIndex>();
    private readonly ImageCatalog _catalog = services.GetRequiredService<ImageCatalog>();
    private readonly HashEncoder _encoder = services.GetRequiredService<HashEncoder>();

    /// <summary>Fills the collection up to so many entries; those that are there already are written again.</summary>
    public async Task GrowAsync(int entries, CancellationToken ct)
    {
        var generation = await GenerationAsync(ct);
        var name = generation.IndexName(BenchmarkImage.Collection);
        var originals = (await _index.GetAsync(name, [.. images.Select(image => image.Id)], ct)).Select(point => ((DenseVector)point.Vectors[IndexSpaces.Cnn]).Values).ToArray();
        var present = (int)await _index.CountAsync(name, ct: ct);
        foreach (var numbers in Enumerable.Range(present, Math.Max(0, entries - present)).Chunk(Batch))
        {
            var vectors = new float[numbers.Length][];
            Parallel.For(0, numbers.Length, i => vectors[i] = Near(originals[numbers[i] % originals.Length], numbers[i]));
            var codes = _encoder.Encode([.. vectors.SelectMany(vector => vector)], vectors.Length);
            var bytes = codes.Length / vectors.Length;
            await _index.UpsertAsync(
                name,
                [.. numbers.Select((n, i) => new IndexPoint
                {
                    Id = Gallery.Id(n),
                    Payload = new IndexPayload { Tenant = "default" },
                    Vectors = new Dictionary<string, VectorValue> { [IndexSpaces.Cnn] = new DenseVector(vectors[i]) },
                })],
                ct);
            await _index.UpsertAsync(
                generation.CodeIndexName(BenchmarkImage.Collection, generation.EncoderVersion),
                [.. numbers.Select((n, i) => new IndexPoint
                {
                    Id = Gallery.Id(n),
                    Payload = new IndexPayload { Tenant = "default" },
                    Vectors = new Dictionary<string, VectorValue> { [IndexSpaces.Hash] = new BinaryCode(codes[(i * bytes)..((i + 1) * bytes)]) },
                })],
                ct);
        }
    }

    /// <summary>Puts hits into the catalog that are in the index alone, with the features of a real image each.</summary>
    public async Task CatalogueAsync(SearchResults results, CancellationToken ct)
    {
        foreach (var id in results.Hits.Select(hit => hit.ImageId))
        {
            var n = BinaryPrimitives.ReadInt32BigEndian(id.ToByteArray(bigEndian: true).AsSpan(12));
            var source = images[(int)((uint)(n + (n / images.Count % 2)) % images.Count)];
            var record = await _catalog.GetAsync(BenchmarkImage.Collection, source.Id, ct);
            await _catalog.UpdateAsync(BenchmarkImage.Collection, id, known => known ?? record! with { ImageId = id }, ct);
        }
    }

    private async Task<Generation> GenerationAsync(CancellationToken ct)
    {
        var collection = await services.GetRequiredService<CollectionCatalog>().GetAsync(BenchmarkImage.Collection, ct);
        return collection?.Active ?? throw new InvalidOperationException("No image is indexed yet.");
    }

    private static float[] Near(float[] centre, int seed)
    {
        var random = new Random(seed);
        var vector = new float[centre.Length];
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = centre[i] + (Noise * ((2 * random.NextSingle()) - 1));
        }

        return vector;
    }
}
