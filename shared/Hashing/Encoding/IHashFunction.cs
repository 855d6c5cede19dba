namespace Pipeline.Hashing;

/// <summary>
/// A trained hash function: features to binary codes, in plain C# and as an ONNX model with exactly equal results.
/// Immutable and safe for concurrent use.
/// </summary>
public interface IHashFunction
{
    /// <summary>Length d of the features.</summary>
    int Dimensions { get; }

    /// <summary>Length of the codes in bits, a multiple of 8.</summary>
    int Bits { get; }

    /// <summary>Encodes one feature.</summary>
    /// <param name="features">d finite values.</param>
    /// <param name="code">Bits/8 bytes: bit i goes to byte i/8, position i%8, least significant first.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    void Encode(ReadOnlySpan<float> features, Span<byte> code);

    /// <summary>
    /// Builds the encoder that <see cref="HashEncoder"/> runs: <c>features</c> float [N, d] → <c>codes</c> uint8
    /// [N, bits/8]. Equal functions give equal bytes.
    /// </summary>
    byte[] BuildModel();
}
