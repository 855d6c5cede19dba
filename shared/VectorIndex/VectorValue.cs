namespace Pipeline.VectorIndex;

/// <summary>A point's or query's vector in one space.</summary>
public abstract record VectorValue;

/// <summary>A vector of a <see cref="DenseSpace"/>.</summary>
/// <param name="Values">As many finite values as the space has dimensions, not all zero. Need not be normalised.</param>
public sealed record DenseVector(float[] Values) : VectorValue;

/// <summary>A code of a <see cref="CodeSpace"/>.</summary>
/// <param name="Bytes">Bit i is in byte i/8 at position i%8 (least significant first); bits beyond the code length are zero.</param>
public sealed record BinaryCode(byte[] Bytes) : VectorValue;

/// <summary>A vector of a <see cref="SparseSpace"/>. One without any entry is never found, and an index on a server may take it for none.</summary>
/// <param name="Indices">Strictly ascending.</param>
/// <param name="Values">One finite value for each index.</param>
public sealed record SparseVector(uint[] Indices, float[] Values) : VectorValue;
