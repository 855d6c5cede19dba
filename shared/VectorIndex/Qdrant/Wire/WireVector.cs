using System.Text.Json.Serialization;

namespace Pipeline.VectorIndex.Qdrant.Wire;

/// <summary>
/// A vector as Qdrant has it. A <see cref="BinaryCode"/> is written as a dense vector of ones (bits set) and minus ones, of which the dot
/// product is L − 2·(Hamming distance); it is read as a <see cref="DenseVector"/>.
/// </summary>
/// <param name="Value">The vector.</param>
/// <param name="Bits">Length of a code.</param>
[JsonConverter(typeof(WireVectorConverter))]
internal readonly record struct WireVector(VectorValue Value, int Bits);
