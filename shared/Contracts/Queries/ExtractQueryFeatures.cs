namespace Pipeline.Contracts.Queries;

/// <summary>
/// A request to CNN extraction's interactive queue: the embedding of a query picture. Answered by
/// <see cref="QueryFeatures"/> or <see cref="RequestRefused"/>.
/// </summary>
public sealed record ExtractQueryFeatures
{
    /// <summary>The picture.</summary>
    public required ImageSource Image { get; init; }

    /// <summary>The model artifact to use, the one that serves the collection: a head, or the backbone; null for the backbone.</summary>
    public string? ModelVersion { get; init; }
}

/// <summary>Answer to <see cref="ExtractQueryFeatures"/>.</summary>
public sealed record QueryFeatures
{
    /// <summary>The L2-normalised embedding.</summary>
    public required float[] Embedding { get; init; }

    /// <summary>The model artifact that made it.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of the picture's bytes.</summary>
    public required string ContentHash { get; init; }
}
