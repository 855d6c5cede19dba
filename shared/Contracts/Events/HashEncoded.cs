namespace Pipeline.Contracts.Events;

/// <summary>The image's binary code.</summary>
public sealed record HashEncoded : ImageEvent
{
    /// <summary>The code, bit i in byte i/8 at position i%8 (least significant first).</summary>
    public required byte[] Code { get; init; }

    /// <summary>Code length in bits.</summary>
    public required int Bits { get; init; }

    /// <summary>The encoder artifact that made it.</summary>
    public required string EncoderVersion { get; init; }

    /// <summary>The model artifact whose embedding was encoded.</summary>
    public required string ModelVersion { get; init; }
}
