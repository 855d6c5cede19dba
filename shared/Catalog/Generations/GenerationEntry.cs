using Pipeline.Contracts;

namespace Pipeline.Catalog;

/// <summary>What became of one generation of a collection.</summary>
public sealed record GenerationEntry
{
    /// <summary>Its number within the collection.</summary>
    public required int Number { get; init; }

    /// <summary>The model artifact of its embeddings.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>The backbone whose head that is; null where it is the backbone itself.</summary>
    public string? BackboneVersion { get; init; }

    /// <summary>Length of its embeddings.</summary>
    public required int Dimensions { get; init; }

    /// <summary>The encoder artifact of its codes.</summary>
    public required string EncoderVersion { get; init; }

    /// <summary>Code length in bits.</summary>
    public required int Bits { get; init; }

    /// <summary>The vocabulary artifact of its visual words; null without one.</summary>
    public string? VocabularyVersion { get; init; }

    /// <summary>A name of <see cref="GenerationStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>Why it was begun.</summary>
    public string? Reason { get; init; }

    /// <summary>Why it was given up, or failed.</summary>
    public string? Detail { get; init; }

    /// <summary>The command or event it came by; null for the first generation.</summary>
    public Guid? Change { get; init; }

    /// <summary>When it was begun, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last came to serve, UTC; null if it never did.</summary>
    public DateTimeOffset? SwitchedAt { get; init; }

    /// <summary>When it was given up for good, UTC.</summary>
    public DateTimeOffset? RetiredAt { get; init; }

    /// <summary>What was found before it was to serve; null before that.</summary>
    public GenerationFigures? Verification { get; init; }

    /// <summary>Notes a generation.</summary>
    public static GenerationEntry Of(Generation generation, string state, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(generation);
        return new GenerationEntry
        {
            Number = generation.Number,
            ModelVersion = generation.ModelVersion,
            BackboneVersion = generation.BackboneVersion,
            Dimensions = generation.Dimensions,
            EncoderVersion = generation.EncoderVersion,
            Bits = generation.Bits,
            VocabularyVersion = generation.VocabularyVersion,
            State = state,
            CreatedAt = at,
        };
    }
}

/// <summary>A collection's generations, the latest last; the oldest are forgotten.</summary>
public sealed record GenerationLog
{
    /// <summary>Generations that are remembered.</summary>
    public const int MaxEntries = 32;

    /// <summary>Them.</summary>
    public IReadOnlyList<GenerationEntry> Entries { get; init; } = [];

    /// <summary>The log with a generation's entry changed, which is made if there is none.</summary>
    public GenerationLog With(Generation generation, DateTimeOffset at, Func<GenerationEntry, GenerationEntry> change)
    {
        ArgumentNullException.ThrowIfNull(generation);
        ArgumentNullException.ThrowIfNull(change);
        var known = Entries.FirstOrDefault(entry => entry.Number == generation.Number) ?? GenerationEntry.Of(generation, GenerationStates.Serving, at);

        // Encoder and vocabulary may have been changed while it served.
        var current = known with { EncoderVersion = generation.EncoderVersion, Bits = generation.Bits, VocabularyVersion = generation.VocabularyVersion };
        return this with
        {
            Entries = [.. Entries.Where(entry => entry.Number != generation.Number).Append(change(current)).OrderBy(entry => entry.Number).TakeLast(MaxEntries)],
        };
    }
}
