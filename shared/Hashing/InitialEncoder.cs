namespace Pipeline.Hashing;

/// <summary>The encoder that collections begin with, as the model that <see cref="HashEncoder"/> opens.</summary>
/// <param name="Model">The serialised ONNX model.</param>
public sealed record InitialEncoder(ReadOnlyMemory<byte> Model);
