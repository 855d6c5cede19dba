using System.Text.Json;
using Pipeline.VectorIndex.Qdrant.Wire;

namespace Pipeline.VectorIndex.Qdrant;

/// <summary>
/// The spaces of a collection in Qdrant. Everything needed to know a collection again is in its own settings: a dense space has the cosine
/// as its measure, a space of codes the dot product, a sparse space is one of Qdrant's.
/// </summary>
/// <param name="Schema">The spaces.</param>
/// <param name="Scanned">Names of the spaces of codes that have no graph and compressed copies: there a search of the copies is exact.</param>
internal sealed record QdrantSpaces(CollectionSchema Schema, IReadOnlySet<string> Scanned)
{
    /// <summary>Numbers of all vectors of one request, at most: some 12 MB as text, of 32 that the server takes.</summary>
    private const int MaxNumbers = 1_000_000;

    /// <summary>Numbers of a sparse vector, about.</summary>
    private const int SparseNumbers = 2000;

    private const string Cosine = "Cosine";
    private const string Dot = "Dot";

    private static readonly HnswConfig NoGraph = new() { M = 0, PayloadM = 0 };

    /// <summary>What to create for a schema.</summary>
    /// <remarks>
    /// Of codes of ones and minus ones Qdrant's binary quantisation loses nothing: its score of a copy, bits that agree less bits that differ,
    /// is the dot product. Without a graph all copies are compared, which takes a bit of memory a dimension and is exact, while
    /// the vectors themselves stay on disk.
    /// </remarks>
    public static CreateCollection ToCreate(CollectionSchema schema, QdrantOptions options) => new()
    {
        Vectors = schema.Spaces.Where(space => space is not SparseSpace).ToDictionary(space => space.Name, space => ToParams(space, options)),
        SparseVectors = schema.Spaces.Any(space => space is SparseSpace)
            ? schema.Spaces.OfType<SparseSpace>().ToDictionary(
                space => space.Name, _ => new SparseVectorParams { Index = new SparseIndexParams { OnDisk = options.OnDisk } })
            : null,
        ShardNumber = NullIfZero(options.Shards),
        ReplicationFactor = NullIfZero(options.Replicas),
        WriteConsistencyFactor = NullIfZero(options.WriteConsistency),
    };

    /// <summary>The spaces of a collection that is there.</summary>
    /// <exception cref="InvalidDataException">This system has not made it.</exception>
    public static QdrantSpaces Read(string collection, CollectionConfig config)
    {
        var spaces = new List<VectorSpace>();
        var scanned = new HashSet<string>(StringComparer.Ordinal);
        if (config.Params.Vectors is { ValueKind: JsonValueKind.Object } vectors)
        {
            if (vectors.TryGetProperty("size", out var size) && size.ValueKind == JsonValueKind.Number)
            {
                throw NotOurs(collection, "has a vector without a name");
            }

            foreach (var vector in vectors.EnumerateObject())
            {
                var parameters = vector.Value.Deserialize(QdrantJson.Default.VectorParams)!;
                spaces.Add(parameters.Distance switch
                {
                    Cosine => new DenseSpace(vector.Name, parameters.Size),
                    Dot => new CodeSpace(vector.Name, parameters.Size),
                    _ => throw NotOurs(collection, $"compares '{vector.Name}' by {parameters.Distance}"),
                });
                if (parameters is { QuantizationConfig.Binary: not null, HnswConfig: { M: 0, PayloadM: null or 0 } })
                {
                    scanned.Add(vector.Name);
                }
            }
        }

        spaces.AddRange((config.Params.SparseVectors ?? new Dictionary<string, JsonElement>()).Keys.Select(name => new SparseSpace(name)));
        return spaces.Count > 0 ? new QdrantSpaces(new CollectionSchema(spaces), scanned) : throw NotOurs(collection, "has no vectors");
    }

    /// <summary>The space of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public VectorSpace Space(string name) => Schema.Spaces.FirstOrDefault(space => space.Name == name)
        ?? throw new ArgumentException($"There is no space '{name}'; the collection has {Schema}.");

    /// <summary>How many points with all their vectors, or queries, one request may carry; at most <paramref name="most"/>.</summary>
    public int PointsPerRequest(int most)
    {
        var numbers = Schema.Spaces.Sum(space => space switch
        {
            DenseSpace dense => dense.Dimensions,
            CodeSpace code => code.Bits,
            _ => SparseNumbers,
        });
        return Math.Clamp(MaxNumbers / numbers, 1, most);
    }

    private static VectorParams ToParams(VectorSpace space, QdrantOptions options) => space switch
    {
        DenseSpace dense => new VectorParams
        {
            Size = dense.Dimensions,
            Distance = Cosine,
            OnDisk = options.OnDisk,

            // A graph that no search uses would cost the server most of its work.
            HnswConfig = options.Exact ? NoGraph : null,
            QuantizationConfig = options.Quantisation == QdrantQuantisation.Scalar
                ? new QuantizationConfig { Scalar = new ScalarQuantization { Type = "int8", AlwaysRam = true } }
                : null,
        },
        CodeSpace code => new VectorParams
        {
            Size = code.Bits,
            Distance = Dot,
            OnDisk = true,
            HnswConfig = NoGraph,
            QuantizationConfig = new QuantizationConfig { Binary = new BinaryQuantization { AlwaysRam = true } },
        },
        _ => throw new ArgumentException($"Qdrant has no vectors for {space}."),
    };

    private static int? NullIfZero(int value) => value == 0 ? null : value;

    private static InvalidDataException NotOurs(string collection, string why) =>
        new($"The collection '{collection}' in Qdrant {why}: it is not one of this system's.");
}
