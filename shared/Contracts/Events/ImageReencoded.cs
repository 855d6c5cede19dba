namespace Pipeline.Contracts.Events;

/// <summary>
/// An image has a binary code of a certain encoder, made of its stored features because a collection is changing its encoder or its model.
/// The embedding it was made of is stored by then.
/// </summary>
public sealed record ImageReencoded : ImageEvent
{
    /// <summary>The code, in the bit order of <see cref="HashEncoded.Code"/>.</summary>
    public required byte[] Code { get; init; }

    /// <summary>Code length in bits.</summary>
    public required int Bits { get; init; }

    /// <summary>The encoder artifact that made it.</summary>
    public required string EncoderVersion { get; init; }

    /// <summary>The model artifact whose embedding was encoded.</summary>
    public required string ModelVersion { get; init; }
}
