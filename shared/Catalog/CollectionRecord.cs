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

    /// <summary>The encoder artifact of the codes that are searched.</summary>
    public required string EncoderVersion { get; init; }

    /// <summary>Code length in bits.</summary>
    public required int Bits { get; init; }

    /// <summary>
    /// The encoder that takes the place of <see cref="EncoderVersion"/> once every image has a code of it; null while none does. Its codes
    /// are in an index of their own, so that codes of two encoders never meet.
    /// </summary>
    public EncoderChoice? NextEncoder { get; init; }

    /// <summary>
    /// The vocabulary artifact of all bags of visual words; null until there is one, and while one takes another's place.
    /// </summary>
    public string? VocabularyVersion { get; init; }

    /// <summary>Name of the physical index of <paramref name="collection"/>.</summary>
    public string IndexName(string collection) => $"{collection}-g{Number}";

    /// <summary>
    /// Name of the physical index of the codes that an encoder made of <paramref name="collection"/>. No collection's name has a dot, so it
    /// is no other collection's index.
    /// </summary>
    public string CodeIndexName(string collection, string encoderVersion) => $"{IndexName(collection)}.{encoderVersion}";

    /// <summary>The encoders of which images are to have codes: the one that serves first, then the next one if there is one.</summary>
    public IEnumerable<EncoderChoice> Encoders()
    {
        yield return new EncoderChoice(EncoderVersion, Bits);
        if (NextEncoder is { } next)
        {
            yield return next;
        }
    }
}

/// <summary>An encoder artifact and the length of its codes.</summary>
/// <param name="Version">The artifact.</param>
/// <param name="Bits">Code length in bits.</param>
public sealed record EncoderChoice(string Version, int Bits);
