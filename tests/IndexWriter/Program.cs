using System.Globalization;
using Pipeline.Tests.IndexWriter;
using Pipeline.VectorIndex;

if (args is [var graphPath, "graph", var seed])
{
    await GraphWriting.RunAsync(graphPath, int.Parse(seed, CultureInfo.InvariantCulture));
    return;
}

// A process to be killed: writes points to the index in args[0] from several tasks and names each write on standard output
// once it has returned, until it is killed. Point n has the code n, so that what is found later can be checked.
const int Tasks = 4;
const int PointsPerWrite = 3;

var index = EmbeddedVectorIndex.Open(new VectorIndexOptions { Path = args[0] });
await index.EnsureCollectionAsync("c", new CollectionSchema([new DenseSpace("cnn", 64), new CodeSpace("hash", 32)]));
var output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
await Task.WhenAll(Enumerable.Range(0, Tasks).Select(WriteAsync));

async Task WriteAsync(int task)
{
    for (var write = task; ; write += Tasks)
    {
        await index.UpsertAsync("c", [.. Enumerable.Range(write * PointsPerWrite, PointsPerWrite).Select(Point)]);
        output.WriteLine(write.ToString(CultureInfo.InvariantCulture));
    }
}

static IndexPoint Point(int n) => new()
{
    Id = new Guid($"00000000-0000-0000-0000-{n:x12}"),
    Payload = new IndexPayload { Tenant = "t" },
    Vectors = new Dictionary<string, VectorValue>
    {
        ["cnn"] = new DenseVector([.. Enumerable.Range(1, 64).Select(i => (float)(n + i))]),
        ["hash"] = new BinaryCode(BitConverter.GetBytes(n)),
    },
};
