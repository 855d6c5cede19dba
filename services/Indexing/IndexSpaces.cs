using Pipeline.Catalog;
using Pipeline.VectorIndex;

namespace Pipeline.Indexing;

/// <summary>Names of the vector spaces of a collection's index.</summary>
public static class IndexSpaces
{
    /// <summary>CNN embeddings, cosine.</summary>
    public const string Cnn = "cnn";

    /// <summary>Binary codes, Hamming; the one space of an index of their own.</summary>
    public const string Hash = "hash";

    /// <summary>Bags of visual words, tf-idf, dot product.</summary>
    public const string Sift = "sift";

    /// <summary>CNN embeddings, collaboratively embedded by what both feature spaces see (CIE), dot product.</summary>
    public const string Cie = "cie";

    /// <summary>The schema of a generation's index.</summary>
    public static CollectionSchema SchemaOf(Generation generation)
    {
        ArgumentNullException.ThrowIfNull(generation);
        return new([new DenseSpace(Cnn, generation.Dimensions), new SparseSpace(Sift), new SparseSpace(Cie)]);
    }

    /// <summary>
    /// The schema of the index of an encoder's codes. They have an index each, because an encoder takes another's place while both their
    /// codes are needed, and codes of different length cannot share a space.
    /// </summary>
    public static CollectionSchema SchemaOf(EncoderChoice encoder)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        return new([new CodeSpace(Hash, encoder.Bits)]);
    }
}
