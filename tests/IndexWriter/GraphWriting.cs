using System.Globalization;
using Pipeline.VectorIndex;

namespace Pipeline.Tests.IndexWriter;

/// <summary>
/// Changes points and asks for their neighbours from several tasks until it is killed, and names every list it was told on
/// standard output: space, id, revision, neighbours.
/// </summary>
internal static class GraphWriting
{
    private const int Tasks = 3;
    private const int Ids = 240;

    public static async Task RunAsync(string path, int seed)
    {
        var index = EmbeddedVectorIndex.Open(new VectorIndexOptions { Path = path, GraphNeighbours = 4 });
        await index.EnsureCollectionAsync("c", new CollectionSchema([new DenseSpace("cnn", 5), new SparseSpace("sift")]));
        var output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
        await index.UpsertAsync("c", [.. Enumerable.Range(0, Ids).Select(id => Point(id, new Random(id)))]);
        await Task.WhenAll(Enumerable.Range(0, Tasks).Select(task => WriteAsync(index, output, new Random((seed * Tasks) + task))));
    }

    private static async Task WriteAsync(EmbeddedVectorIndex index, TextWriter output, Random random)
    {
        while (true)
        {
            var id = random.Next(Ids);
            switch (random.Next(4))
            {
                case 0:
                    await index.DeleteAsync("c", [Id(id)]);
                    break;
                case 1:
                    await index.SetVectorsAsync("c", [new VectorUpdate { Id = Id(id), Vectors = new Dictionary<string, VectorValue?> { ["sift"] = Sparse(random) } }]);
                    break;
                default:
                    await index.UpsertAsync("c", [Point(id, random)]);
                    break;
            }

            var space = random.Next(2) == 0 ? "cnn" : "sift";
            var answer = await index.FindNeighboursAsync("c", new NeighbourQuery(space, [Id(id)]));
            foreach (var list in answer.Lists.Concat(answer.Reverse))
            {
                var neighbours = string.Join(',', list.Neighbours.Select(neighbour => neighbour.Id));
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{space} {list.Id} {list.Revision} {neighbours}"));
            }
        }
    }

    // Few small integers: ties are common.
    private static IndexPoint Point(int id, Random random)
    {
        var values = Enumerable.Range(0, 5).Select(_ => (float)random.Next(-2, 3)).ToArray();
        values[random.Next(5)] += 3;
        return new IndexPoint
        {
            Id = Id(id),
            Payload = new IndexPayload { Tenant = "t" },
            Vectors = new Dictionary<string, VectorValue> { ["cnn"] = new DenseVector(values), ["sift"] = Sparse(random) },
        };
    }

    private static SparseVector Sparse(Random random)
    {
        uint[] words = [.. Enumerable.Range(0, 30).Where(_ => random.Next(5) == 0).Select(word => (uint)word)];
        return new SparseVector(words, [.. words.Select(_ => (float)random.Next(1, 4))]);
    }

    private static Guid Id(int n) => new($"00000000-0000-0000-0000-{n:x12}");
}
