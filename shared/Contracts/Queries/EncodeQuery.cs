namespace Pipeline.Contracts.Queries;

/// <summary>
/// A request to hash encoding's interactive queue: the binary code of an embedding. Answered by
/// <see cref="QueryCode"/> or <see cref="RequestRefused"/>.
/// </summary>
public sealed record EncodeQuery
{
    /// <summary>The L2-normalised embedding.</summary>
    public required float[] Embedding { get; init; }

    /// <summary>The model artifact that made it.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>The encoder artifact to use: the one that serves the collection; null for the one that collections begin with.</summary>
    public string? EncoderVersion { get; init; }
}

/// <summary>Answer to <see cref="EncodeQuery"/>.</summary>
public sealed record QueryCode
{
    /// <summary>The code, in the bit order of <see cref="Events.HashEncoded.Code"/>.</summary>
    public required byte[] Code { get; init; }

    /// <summary>The encoder artifact that made it.</summary>
    public required string EncoderVersion { get; init; }
}
