using Pipeline.Catalog;
using Pipeline.Contracts;

namespace Pipeline.Gateway.Generations;

/// <summary>What a re-index is to use and why; whatever is not named stays as it is.</summary>
public sealed record ReindexRequest
{
    /// <summary>The model artifact: a head on the collection's backbone, or the backbone.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>The encoder artifact.</summary>
    public string? EncoderVersion { get; init; }

    /// <summary>Length of the codes; without an encoder, the latest that was trained for the collection with this length.</summary>
    public int? Bits { get; init; }

    /// <summary>The vocabulary artifact.</summary>
    public string? VocabularyVersion { get; init; }

    /// <summary>Why, for people.</summary>
    public string? Reason { get; init; }
}

/// <summary>Why a generation is given up.</summary>
/// <param name="Reason">For people.</param>
public sealed record GiveUpRequest(string? Reason = null);

/// <summary>A change of the generation was asked for.</summary>
/// <param name="Change">Its id, which its events and the generation bear.</param>
/// <param name="Generation">The generation that it is about: the one to give up; null where one is to be begun.</param>
public sealed record GenerationChangeResponse(Guid Change, int? Generation = null);

/// <summary>A collection's generations.</summary>
/// <param name="Serving">Number of the one that serves; null before the first image.</param>
/// <param name="Previous">Number of the one that a roll-back goes back to; null if none is kept.</param>
/// <param name="Next">Number of the one that is being filled; null if none is.</param>
/// <param name="Generations">All that are remembered, the latest first.</param>
public sealed record GenerationsResponse(int? Serving, int? Previous, int? Next, IReadOnlyList<GenerationStatus> Generations)
{
    /// <summary>What the catalog knows of them.</summary>
    public static GenerationsResponse Of(CollectionRecord record, GenerationLog log, GenerationProgress? progress)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(log);
        var written = record.Active?.Written().ToDictionary(generation => generation.Number) ?? [];

        // The first generation is noted when another one begins.
        var entries = log.Entries.ToDictionary(entry => entry.Number);
        if (record.Active is { } active && !entries.ContainsKey(active.Number))
        {
            entries[active.Number] = GenerationEntry.Of(active, GenerationStates.Serving, record.CreatedAt);
        }

        return new GenerationsResponse(
            record.Active?.Number,
            record.Active?.Kept?.Number,
            record.Active?.Next?.Number,
            [
                .. entries.Values.OrderByDescending(entry => entry.Number).Select(entry => GenerationStatus.Of(
                    entry, written.GetValueOrDefault(entry.Number), progress?.Generation == entry.Number ? progress : null)),
            ]);
    }
}

/// <summary>One generation of a collection.</summary>
public sealed record GenerationStatus
{
    /// <summary>Its number.</summary>
    public required int Number { get; init; }

    /// <summary>A name of <see cref="GenerationStates"/>.</summary>
    public required string State { get; init; }

    /// <summary>The model artifact of its embeddings.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>The encoder artifact of its codes.</summary>
    public required string EncoderVersion { get; init; }

    /// <summary>Code length in bits.</summary>
    public required int Bits { get; init; }

    /// <summary>The vocabulary artifact of its visual words; null without one.</summary>
    public string? VocabularyVersion { get; init; }

    /// <summary>Why it was begun.</summary>
    public string? Reason { get; init; }

    /// <summary>Why it was given up, or failed.</summary>
    public string? Detail { get; init; }

    /// <summary>The id of the command or event it came by; null for the first.</summary>
    public Guid? Change { get; init; }

    /// <summary>Images in its index while it is filled; null otherwise.</summary>
    public long? Done { get; init; }

    /// <summary>Images that are to be in it; null otherwise.</summary>
    public long? Total { get; init; }

    /// <summary>The share of <see cref="Done"/>, 0 to 1; null otherwise.</summary>
    public double? Coverage { get; init; }

    /// <summary>Images a second; null otherwise.</summary>
    public double? ImagesPerSecond { get; init; }

    /// <summary>Seconds that are left at this rate; null while nothing is known.</summary>
    public double? SecondsLeft { get; init; }

    /// <summary>Images whose stored features are gone and were asked for again while it is filled; null otherwise.</summary>
    public long? Gone { get; init; }

    /// <summary>The first of them; null otherwise.</summary>
    public IReadOnlyList<Guid>? GoneImages { get; init; }

    /// <summary>What was found before it was to serve; null before that.</summary>
    public GenerationFigures? Verification { get; init; }

    /// <summary>When it was begun, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last came to serve, UTC.</summary>
    public DateTimeOffset? SwitchedAt { get; init; }

    /// <summary>When it was given up for good, UTC.</summary>
    public DateTimeOffset? RetiredAt { get; init; }

    /// <summary>What the log says of it, and, while it is written, its versions as they are now.</summary>
    public static GenerationStatus Of(GenerationEntry entry, Generation? current, GenerationProgress? progress)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var filling = entry.State == GenerationStates.Filling ? progress : null;
        return new GenerationStatus
        {
            Number = entry.Number,
            State = filling is { IsVerifying: true } ? GenerationStates.Verifying : entry.State,
            ModelVersion = entry.ModelVersion,
            EncoderVersion = current?.EncoderVersion ?? entry.EncoderVersion,
            Bits = current?.Bits ?? entry.Bits,
            VocabularyVersion = current is null ? entry.VocabularyVersion : current.VocabularyVersion,
            Reason = entry.Reason,
            Detail = entry.Detail,
            Change = entry.Change,
            Done = filling?.Ready,
            Total = filling?.Images,
            Coverage = filling is null ? null : filling.Images == 0 ? 1 : Math.Min(1, (double)filling.Ready / filling.Images),
            ImagesPerSecond = filling?.ImagesPerSecond,
            SecondsLeft = filling?.SecondsLeft,
            Gone = filling?.Gone,
            GoneImages = filling?.GoneImages,
            Verification = entry.Verification,
            CreatedAt = entry.CreatedAt,
            SwitchedAt = entry.SwitchedAt,
            RetiredAt = entry.RetiredAt,
        };
    }
}
