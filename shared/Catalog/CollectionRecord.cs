namespace Pipeline.Catalog;

/// <summary>A collection and the generation that serves it.</summary>
public sealed record CollectionRecord
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>When it was created, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The generation search reads; null until the first image brings its versions.</summary>
    public Generation? Active { get; init; }
}

/// <summary>
/// One version of each artifact = one physical index. Vectors of different versions are never mixed in one.
/// </summary>
public sealed record Generation
{
    /// <summary>Counts up within a collection, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>The model artifact of all embeddings.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>Length of the embeddings.</summary>
    public required int Dimensions { get; init; }

    /// <summary>The encoder artifact of all codes.</summary>
    public required string EncoderVersion { get; init; }

    /// <summary>Code length in bits.</summary>
    public required int Bits { get; init; }

    /// <summary>
    /// The vocabulary artifact of all bags of visual words; null until there is one, and while one takes another's place.
    /// </summary>
    public string? VocabularyVersion { get; init; }

    /// <summary>Name of the physical index of <paramref name="collection"/>.</summary>
    public string IndexName(string collection) => $"{collection}-g{Number}";
}
