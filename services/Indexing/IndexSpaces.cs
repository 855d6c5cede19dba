using Pipeline.Catalog;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing;

/// <summary>Names of the vector spaces of a collection's index.</summary>
public static class IndexSpaces
{
    /// <summary>CNN embeddings, cosine.</summary>
    public const string Cnn = "cnn";

    /// <summary>Binary codes, Hamming.</summary>
    public const string Hash = "hash";

    /// <summary>Bags of visual words, tf-idf, dot product.</summary>
    public const string Sift = "sift";

    /// <summary>CNN embeddings, collaboratively embedded by what both feature spaces see (CIE), dot product.</summary>
    public const string Cie = "cie";

    /// <summary>The schema of a generation's index.</summary>
    public static CollectionSchema SchemaOf(Generation generation)
    {
        ArgumentNullException.ThrowIfNull(generation);
        return new([new DenseSpace(Cnn, generation.Dimensions), new CodeSpace(Hash, generation.Bits), new SparseSpace(Sift), new SparseSpace(Cie)]);
    }
}
