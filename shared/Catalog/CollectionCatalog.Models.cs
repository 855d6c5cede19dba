namespace Pipeline.Catalog;

/// <content>Changes of a collection's model. Each is one compare-and-set.</content>
public sealed partial class CollectionCatalog
{
    /// <summary>Changes of the model that are remembered, so that one that is told again is known.</summary>
    private const int MaxModelChanges = 32;

    /// <summary>
    /// Notes a change of the model, and which generation is to take the serving one's place by it. One that was to do so before is given up.
    /// </summary>
    /// <param name="name">The collection.</param>
    /// <param name="expected">The record as it was seen.</param>
    /// <param name="change">The change.</param>
    /// <param name="next">The generation; null for none.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>False if another change of the model was faster; nothing changed.</returns>
    public Task<bool> TryBeginModelChangeAsync(string name, CollectionRecord expected, ModelChange change, Generation? next, CancellationToken ct) =>
        TryChangeRecordAsync(
            name,
            before => before.Active is { } active && IsAtModelOf(before, expected)
                ? WithoutUsed(before with
                {
                    // The vocabulary may have changed since the next generation was thought of.
                    Active = active with { Next = next is null ? null : next with { VocabularyVersion = active.VocabularyVersion } },
                    LastGeneration = Math.Max(Math.Max(before.LastGeneration, active.Number), next?.Number ?? 0),
                    ModelChanges = [.. before.ModelChanges.TakeLast(MaxModelChanges - 1), change],
                    RetiredModels = [.. before.RetiredModels, .. active.Next is { } givenUp ? [givenUp.ModelVersion] : Array.Empty<string>()],
                })
                : null,
            ct);

    /// <summary>Notes a change of the model that embeds pictures that ask; what is indexed stays as it is.</summary>
    /// <param name="name">The collection.</param>
    /// <param name="expected">The record as it was seen, without a next generation.</param>
    /// <param name="change">The change.</param>
    /// <param name="queryModel">The head; null for the model of what is indexed.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>False if another change of the model was faster; nothing changed.</returns>
    public Task<bool> TryChangeQueryModelAsync(string name, CollectionRecord expected, ModelChange change, string? queryModel, CancellationToken ct) =>
        TryChangeRecordAsync(
            name,
            before => before.Active is { Next: null } active && IsAtModelOf(before, expected)
                ? before with
                {
                    Active = active with { QueryModelVersion = queryModel },
                    ModelChanges = [.. before.ModelChanges.TakeLast(MaxModelChanges - 1), change],
                }
                : null,
            ct);

    /// <summary>
    /// Lets the next generation serve. It goes on with the vocabulary of the one it replaces, and with the encoder that that one was changing
    /// to, or changed to meanwhile, as its next encoder.
    /// </summary>
    /// <param name="name">The collection.</param>
    /// <param name="expected">The record as it was seen, with a next generation.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>False if another change of the model was faster; nothing changed.</returns>
    public Task<bool> TryServeNextModelAsync(string name, CollectionRecord expected, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return TryChangeRecordAsync(
            name,
            before => before.Active is { Next: { } next } active && IsAtModelOf(before, expected)
                ? WithoutUsed(before with
                {
                    Active = next with { VocabularyVersion = active.VocabularyVersion, NextEncoder = EncoderAfter(active, next), Next = null },
                    Previous = active with { Next = null, NextEncoder = null, QueryModelVersion = null },
                    SwitchedAt = now,
                    IsUnannounced = true,
                    RetiredModels = [.. before.RetiredModels, .. before.Previous is { } old ? [old.ModelVersion] : Array.Empty<string>()],
                })
                : null,
            ct);
    }

    /// <summary>Notes that all images were announced with the model that serves, and that nothing is left of the retired ones.</summary>
    /// <param name="name">The collection.</param>
    /// <param name="expected">The record as it was when that began.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>False if the model was changed meanwhile; nothing changed.</returns>
    public Task<bool> TryNoteAnnouncedAsync(string name, CollectionRecord expected, CancellationToken ct) =>
        TryChangeRecordAsync(
            name,
            before => IsAtModelOf(before, expected) && before.RetiredModels.SequenceEqual(expected.RetiredModels)
                ? before with { IsUnannounced = false, RetiredModels = [] }
                : null,
            ct);

    private static bool IsAtModelOf(CollectionRecord record, CollectionRecord expected) =>
        record.Active?.Number == expected.Active?.Number
        && record.Active?.Next?.Number == expected.Active?.Next?.Number
        && record.LatestModelChange?.Id == expected.LatestModelChange?.Id;

    private static EncoderChoice? EncoderAfter(Generation active, Generation next)
    {
        var wanted = active.NextEncoder ?? new EncoderChoice(active.EncoderVersion, active.Bits);
        return wanted.Version == next.EncoderVersion ? null : wanted;
    }

    /// <summary>What serves, is about to, or may again, and the backbone are not retired.</summary>
    private static CollectionRecord WithoutUsed(CollectionRecord record)
    {
        string?[] used = [record.Active?.Backbone, record.Active?.ModelVersion, record.Active?.Next?.ModelVersion, record.Previous?.ModelVersion];
        return record with { RetiredModels = [.. record.RetiredModels.Except(used).OfType<string>()] };
    }
}
