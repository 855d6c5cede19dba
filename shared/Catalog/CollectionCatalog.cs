using System.Collections.Concurrent;
using Pipeline.Contracts;
using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>The collections. Their records change rarely and are read for every message, so they are remembered for a moment.</summary>
public sealed partial class CollectionCatalog(IStateStore store, TimeProvider time)
{
    private const string Table = "collections";
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, (CollectionRecord Record, long At)> _recent = new(StringComparer.Ordinal);

    /// <summary>How long a process may go by what it last saw of a collection.</summary>
    public static TimeSpan MaxAge => Remembered;

    /// <summary>The collection's record, at most a few seconds old, or null if there is none or it is being deleted.</summary>
    public async Task<CollectionRecord?> GetAsync(string name, CancellationToken ct) => Visible(await FindRecentAsync(name, ct));

    /// <summary>
    /// The collection's record as it stands now, for decisions that must not rest on an old one; null if there is none or it is being deleted.
    /// </summary>
    public async Task<CollectionRecord?> GetCurrentAsync(string name, CancellationToken ct) => Visible(await FindAsync(name, ct));

    /// <summary>The collection's record, even if it is being deleted, at most a few seconds old; null if there is none.</summary>
    public async Task<CollectionRecord?> FindRecentAsync(string name, CancellationToken ct) =>
        _recent.TryGetValue(name, out var known) && time.GetElapsedTime(known.At) < Remembered ? known.Record : await FindAsync(name, ct);

    /// <summary>The collection's record as it stands now, even if it is being deleted; null if there is none.</summary>
    public async Task<CollectionRecord?> FindAsync(string name, CancellationToken ct)
    {
        var record = CollectionName.IsValid(name)
            ? await store.GetAsync<CollectionRecord>(Key(name), ct)
            : null;
        Remember(name, record);
        return record;
    }

    /// <summary>Creates a collection.</summary>
    /// <returns>False if it existed before, or is being deleted.</returns>
    /// <exception cref="ArgumentException">The name breaks the naming rule.</exception>
    public async Task<bool> CreateAsync(string name, CancellationToken ct, CollectionSettings? settings = null)
    {
        if (!CollectionName.IsValid(name))
        {
            throw new ArgumentException($"'{name}' is no valid collection name.", nameof(name));
        }

        var created = false;
        var record = await store.UpdateAsync<CollectionRecord, LivesRecord>(
            Key(name),
            LivesKey,
            (before, lives) =>
            {
                created = before is null;
                var first = (lives?.Highest ?? 0) + 1;
                return before is null
                    ? Change.Put(new CollectionRecord
                    {
                        Name = name, CreatedAt = time.GetUtcNow(), Life = first, FirstIncarnation = first, Settings = settings ?? new CollectionSettings(),
                    })
                    : Change.Keep<CollectionRecord>();
            },
            ct);
        Remember(name, record);
        return created;
    }

    /// <summary>Gives a collection settings.</summary>
    /// <param name="name">The collection.</param>
    /// <param name="settings">Settings that obey <see cref="CollectionSettingsRules"/>.</param>
    /// <param name="expectedRevision">The revision they were made from; null for whichever there is.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>False if there is no such collection, or its settings are of another revision; nothing changed.</returns>
    public Task<bool> TryConfigureAsync(string name, CollectionSettings settings, int? expectedRevision, CancellationToken ct) =>
        TryChangeRecordAsync(
            name,
            before => expectedRevision is { } expected && expected != before.SettingsRevision
                ? null
                : before with { Settings = settings, SettingsRevision = before.SettingsRevision + 1 },
            ct);

    /// <summary>
    /// The generation that serves the collection; if it has none yet, <paramref name="first"/> becomes it, with a number that no collection
    /// that had the name before gave to one.
    /// </summary>
    /// <exception cref="KeyNotFoundException">There is no such collection.</exception>
    public async Task<Generation> ActivateFirstAsync(string name, Generation first, CancellationToken ct)
    {
        if (await GetAsync(name, ct) is { Active: { } active })
        {
            return active;
        }

        var record = await store.UpdateAsync<CollectionRecord>(
            Key(name),
            before => before is { Active: null, Deletion: null } ? Change.Put(before with { Active = first with { Number = Math.Max(first.Number, before.Life) } }) : Change.Keep<CollectionRecord>(),
            ct);
        Remember(name, record);
        return record?.Active ?? throw new KeyNotFoundException($"There is no collection '{name}'.");
    }

    /// <summary>Says which vocabulary serves a generation, if it is still the serving one and has the vocabulary expected.</summary>
    /// <param name="name">The collection.</param>
    /// <param name="generation">Number of the generation.</param>
    /// <param name="expected">The vocabulary it has by now; null for none.</param>
    /// <param name="vocabulary">The vocabulary it is to have; null for none.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>False if generation or vocabulary was another; nothing changed.</returns>
    public Task<bool> TrySetVocabularyAsync(string name, int generation, string? expected, string? vocabulary, CancellationToken ct) =>
        TryChangeAsync(
            name,
            active => active.Number == generation && active.VocabularyVersion == expected
                ? active with
                {
                    VocabularyVersion = vocabulary,

                    // One that was begun with a vocabulary of its own keeps it.
                    Next = active.Next is { } next && next.VocabularyVersion == expected ? next with { VocabularyVersion = vocabulary } : active.Next,
                    Kept = active.Kept is { } kept && kept.VocabularyVersion == expected ? kept with { VocabularyVersion = vocabulary } : active.Kept,
                }
                : null,
            ct);

    /// <summary>Says which encoder is to serve a generation once all images have its codes, if the generation is as expected.</summary>
    /// <param name="name">The collection.</param>
    /// <param name="expected">The generation as it was seen.</param>
    /// <param name="next">The encoder; null for none.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>False if the generation or an encoder of it was another; nothing changed.</returns>
    public Task<bool> TrySetNextEncoderAsync(string name, Generation expected, EncoderChoice? next, CancellationToken ct) =>
        TryChangeAsync(name, active => HasEncodersOf(active, expected) ? active with { NextEncoder = next } : null, ct);

    /// <summary>Lets the next encoder of a generation serve, if the generation is as expected.</summary>
    /// <param name="name">The collection.</param>
    /// <param name="expected">The generation as it was seen, with a next encoder.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>False if the generation or an encoder of it was another; nothing changed.</returns>
    public Task<bool> TryServeNextEncoderAsync(string name, Generation expected, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(expected);
        var next = expected.NextEncoder ?? throw new ArgumentException("The generation has no next encoder.", nameof(expected));
        return TryChangeAsync(
            name,
            active => HasEncodersOf(active, expected) ? active with { EncoderVersion = next.Version, Bits = next.Bits, NextEncoder = null } : null,
            ct);
    }

    private static bool HasEncodersOf(Generation active, Generation expected) =>
        active.Number == expected.Number && active.EncoderVersion == expected.EncoderVersion && active.NextEncoder == expected.NextEncoder;

    /// <summary>Changes the serving generation by compare-and-set.</summary>
    /// <returns>False if there is none, or <paramref name="change"/> answered null.</returns>
    private Task<bool> TryChangeAsync(string name, Func<Generation, Generation?> change, CancellationToken ct) =>
        TryChangeRecordAsync(
            name,
            before => before.Active is { } active && change(active) is { } after ? after == active ? before : before with { Active = after } : null,
            ct);

    /// <summary>Changes a collection's record by compare-and-set.</summary>
    /// <returns>False if there is none, or <paramref name="change"/> answered null.</returns>
    private async Task<bool> TryChangeRecordAsync(string name, Func<CollectionRecord, CollectionRecord?> change, CancellationToken ct)
    {
        var done = false;
        var record = await store.UpdateAsync<CollectionRecord>(
            Key(name),
            before =>
            {
                var after = before is null or { Deletion: not null } ? null : change(before);
                done = after is not null;
                return after is null || ReferenceEquals(after, before) ? Change.Keep<CollectionRecord>() : Change.Put(after);
            },
            ct);
        Remember(name, record);
        return done;
    }

    /// <summary>All collections that are not being deleted, by name.</summary>
    public async Task<IReadOnlyList<CollectionRecord>> ListAsync(CancellationToken ct) => [.. (await ListAllAsync(ct)).Where(record => record.Deletion is null)];

    /// <summary>All collections, those that are being deleted too, by name.</summary>
    public async Task<IReadOnlyList<CollectionRecord>> ListAllAsync(CancellationToken ct)
    {
        var all = new List<CollectionRecord>();
        await foreach (var entry in store.ScanAllAsync(Table, ct: ct))
        {
            all.Add(StateJson.Read<CollectionRecord>(Key(entry.Id), entry.Record));
        }

        return all;
    }

    /// <summary>Where a collection's record is, for who changes something only as long as the collection is there.</summary>
    internal static StateKey Key(string name) => new(Table, name);

    private static CollectionRecord? Visible(CollectionRecord? record) => record is { Deletion: null } ? record : null;

    private void Remember(string name, CollectionRecord? record)
    {
        // Absence is never remembered: an upload right after the collection's creation must find it.
        if (record is not null)
        {
            _recent[name] = (record, time.GetTimestamp());
        }
        else
        {
            _recent.TryRemove(name, out _);
        }
    }
}
