namespace Pipeline.Contracts.Queries;

/// <summary>
/// A request to SIFT extraction's interactive queue: the visual words of a query picture. Answered by
/// <see cref="QueryWords"/> or <see cref="RequestRefused"/>.
/// </summary>
public sealed record ExtractQueryWords
{
    /// <summary>The picture.</summary>
    public required ImageSource Image { get; init; }

    /// <summary>The vocabulary artifact to use.</summary>
    public required string VocabularyVersion { get; init; }
}

/// <summary>Answer to <see cref="ExtractQueryWords"/>: a sparse vector of length 1, or an empty one.</summary>
public sealed record QueryWords
{
    /// <summary>Places of the entries that are not zero, strictly ascending.</summary>
    public required uint[] Indices { get; init; }

    /// <summary>One value for each index.</summary>
    public required float[] Values { get; init; }

    /// <summary>The vocabulary artifact that made it.</summary>
    public required string VocabularyVersion { get; init; }

    /// <summary>Lower-case hexadecimal SHA-256 of the picture's bytes.</summary>
    public required string ContentHash { get; init; }
}
