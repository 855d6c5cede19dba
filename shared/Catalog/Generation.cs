using System.Globalization;
using System.Text.Json.Serialization;
using Pipeline.Contracts;

namespace Pipeline.Catalog;

/// <summary>
/// One version of each artifact = one physical index. Vectors of different versions are never mixed in one.
/// </summary>
public sealed record Generation
{
    /// <summary>Counts up within a collection, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>The model artifact of all embeddings: the backbone, or a head that takes the backbone's trunk activations.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>The backbone whose head <see cref="ModelVersion"/> is; null where that is the backbone itself.</summary>
    public string? BackboneVersion { get; init; }

    /// <summary>The backbone whose features are stored of every image.</summary>
    [JsonIgnore]
    public string Backbone => BackboneVersion ?? ModelVersion;

    /// <summary>
    /// The head that embeds pictures that ask, where that finds what <see cref="ModelVersion"/> embedded nearly as well as it finds its own; null
    /// where <see cref="ModelVersion"/> embeds them too. Nothing is indexed by it.
    /// </summary>
    public string? QueryModelVersion { get; init; }

    /// <summary>The model that embeds pictures that ask.</summary>
    [JsonIgnore]
    public string QueryModel => QueryModelVersion ?? ModelVersion;

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

    /// <summary>
    /// The generation that takes this one's place once every image is in its index and it passed its verification; null while none does. It is
    /// filled beside this one and has its vocabulary, unless it was begun with another.
    /// </summary>
    public Generation? Next { get; init; }

    /// <summary>
    /// The encoder that served the collection, or was about to, when this next generation was begun with <see cref="EncoderVersion"/> instead; null
    /// where that is the one. An encoder that is trained later still comes to serve after it.
    /// </summary>
    public string? EncoderReplaced { get; init; }

    /// <summary>
    /// The generation whose place this one took, while it is kept up to date for a roll-back; null before that and after. It has this one's
    /// vocabulary, unless this one was begun with another.
    /// </summary>
    public Generation? Kept { get; init; }

    /// <summary>Name of the physical index of <paramref name="collection"/>.</summary>
    public string IndexName(string collection) => $"{collection}-g{Number}";

    /// <summary>Names of all its physical indexes: that of the vectors, then one for each encoder.</summary>
    public IEnumerable<string> IndexNames(string collection) =>
        [IndexName(collection), .. Encoders().Select(encoder => CodeIndexName(collection, encoder.Version))];

    /// <summary>
    /// What other systems may call a collection's serving index of vectors, and that of its codes, whichever generation serves. No collection's
    /// name has a dot.
    /// </summary>
    public IReadOnlyDictionary<string, string> Aliases(string collection) => new Dictionary<string, string>
    {
        [$"{collection}.serving"] = IndexName(collection),
        [$"{collection}.serving-codes"] = CodeIndexName(collection, EncoderVersion),
    };

    /// <summary>The number of the generation that an index of a collection, for vectors or codes, belongs to; null if it is not the collection's.</summary>
    public static int? NumberOf(string collection, string indexName)
    {
        ArgumentNullException.ThrowIfNull(indexName);
        var prefix = $"{collection}-g";
        var digits = indexName.AsSpan(indexName.StartsWith(prefix, StringComparison.Ordinal) ? prefix.Length : indexName.Length);
        var dot = digits.IndexOf('.');
        return int.TryParse(dot < 0 ? digits : digits[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>
    /// Name of the physical index of the codes that an encoder made of <paramref name="collection"/>. No collection's name has a dot, so it
    /// is no other collection's index.
    /// </summary>
    public string CodeIndexName(string collection, string encoderVersion) => $"{IndexName(collection)}.{encoderVersion}";

    /// <summary>Those beside this one that whatever is indexed is indexed in, too: the next one and the one that is kept, if there are any.</summary>
    public IEnumerable<Generation> Beside() => new[] { Next, Kept }.OfType<Generation>();

    /// <summary>This generation, then those beside it: whatever is indexed is indexed in all of them.</summary>
    public IEnumerable<Generation> Written() => Beside().Prepend(this);

    /// <summary>Whether both are made of the same embeddings and visual words: then their points are the same, their codes aside.</summary>
    public bool SharesVectors(Generation other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return ModelVersion == other.ModelVersion && VocabularyVersion == other.VocabularyVersion;
    }

    /// <summary>All codes that images are to have: each by a stage of its own, and none twice where generations share model and encoder.</summary>
    public IEnumerable<CodeTarget> Codes() => AllCodes().DistinctBy(code => (code.Generation.ModelVersion, code.Encoder.Version));

    private IEnumerable<CodeTarget> AllCodes()
    {
        yield return new CodeTarget(Stages.Hash, this, new EncoderChoice(EncoderVersion, Bits));
        if (NextEncoder is { } encoder)
        {
            yield return new CodeTarget(Stages.NextHash, this, encoder);
        }

        if (Next is { } next)
        {
            yield return new CodeTarget(Stages.NextModel, next, new EncoderChoice(next.EncoderVersion, next.Bits));
        }

        if (Kept is { } kept)
        {
            yield return new CodeTarget(Stages.PreviousModel, kept, new EncoderChoice(kept.EncoderVersion, kept.Bits));
        }
    }

    /// <summary>All vocabularies of which images are to have words: each by a stage of its own, and none twice where generations share it.</summary>
    public IEnumerable<(string Stage, string Version)> Vocabularies() =>
        new[] { (Stages.Words, this), (Stages.NextWords, Next), (Stages.PreviousWords, Kept) }
            .Where(words => words.Item2?.VocabularyVersion is not null)
            .Select(words => (Stage: words.Item1, Version: words.Item2!.VocabularyVersion!))
            .DistinctBy(words => words.Version);

    /// <summary>The encoders of which images are to have codes in this generation: the one that serves first, then the next one if there is one.</summary>
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

/// <summary>A code that images are to have.</summary>
/// <param name="Stage">The stage that it comes to.</param>
/// <param name="Generation">Whose model's embedding is encoded.</param>
/// <param name="Encoder">By which encoder.</param>
public sealed record CodeTarget(string Stage, Generation Generation, EncoderChoice Encoder);
