using System.Text.Json.Serialization;

namespace Pipeline.VectorIndex;

/// <summary>A named space in which points have vectors of one kind.</summary>
/// <param name="Name">Distinct within the collection.</param>
[JsonDerivedType(typeof(DenseSpace), "dense")]
[JsonDerivedType(typeof(CodeSpace), "code")]
[JsonDerivedType(typeof(SparseSpace), "sparse")]
public abstract record VectorSpace(string Name);

/// <summary>Real vectors compared by cosine similarity.</summary>
/// <param name="Name">Distinct within the collection.</param>
/// <param name="Dimensions">Length of each vector.</param>
public sealed record DenseSpace(string Name, int Dimensions) : VectorSpace(Name);

/// <summary>Binary codes compared by Hamming distance.</summary>
/// <param name="Name">Distinct within the collection.</param>
/// <param name="Bits">Length of each code.</param>
public sealed record CodeSpace(string Name, int Bits) : VectorSpace(Name)
{
    /// <summary>Length of a code in bytes.</summary>
    [JsonIgnore]
    public int ByteLength => (Bits + 7) / 8;
}

/// <summary>Sparse vectors, such as tf-idf weights of visual words, compared by dot product.</summary>
/// <param name="Name">Distinct within the collection.</param>
public sealed record SparseSpace(string Name) : VectorSpace(Name);
