using System.Text;
using Pipeline.Dashboard.Audit;
using Pipeline.Storage;

namespace Pipeline.Dashboard.Failures;

/// <summary>
/// The failures that nobody has dealt with yet: a record each, ordered lists of all and of those that share a kind, stage, reason or
/// collection, and the messages themselves as blobs. Record and lists change in one transaction.
/// </summary>
public sealed class FailureCatalog(IStateStore store, IBlobStore blobs)
{
    /// <summary>The largest page.</summary>
    public const int MaxPage = 500;

    private const string Table = "failures";
    private const string ListTable = "failure-lists";
    private const string FacetTable = "failure-facets";
    private const string All = "all";
    private const int LongestFacet = 200;
    private static readonly string[] Facets = ["stage", "reason", "collection"];

    /// <summary>Keeps a failure; one that is known already is left as it is.</summary>
    /// <param name="record">The failure.</param>
    /// <param name="body">The message; null for a rejection.</param>
    /// <param name="ct">Cancels.</param>
    public async Task AddAsync(FailureRecord record, byte[]? body, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (body is not null)
        {
            await blobs.PutAsync(BodyKey(record.Id), body, ct);
        }

        await store.UpdateAsync<FailureRecord>(
            Key(record.Id),
            before => before is not null
                ? Change.Keep<FailureRecord>()
                : Change.Put(record, transaction =>
                {
                    foreach (var list in ListsOf(record))
                    {
                        transaction.AddToSorted(list, Member(record.Id), record.At.ToUnixTimeMilliseconds());
                    }

                    foreach (var facet in Facets)
                    {
                        transaction.AddToSet(new StateKey(FacetTable, facet), ValueOf(record, facet));
                    }
                }),
            ct);
    }

    /// <summary>A failure, or null.</summary>
    public Task<FailureRecord?> GetAsync(Guid id, CancellationToken ct) => store.GetAsync<FailureRecord>(Key(id), ct);

    /// <summary>A failure's message, or null.</summary>
    public Task<byte[]?> ReadBodyAsync(Guid id, CancellationToken ct) => blobs.TryReadAsync(BodyKey(id), ct);

    /// <summary>The first bytes of a failure's message, or null: a message may hold a whole picture.</summary>
    /// <param name="id">The failure.</param>
    /// <param name="most">Most bytes.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<byte[]?> ReadBodyAsync(Guid id, int most, CancellationToken ct)
    {
        await using var content = await blobs.TryOpenReadAsync(BodyKey(id), ct);
        if (content is null)
        {
            return null;
        }

        var start = new byte[Math.Min(most, content.Length)];
        await content.ReadExactlyAsync(start, ct);
        return start;
    }

    /// <summary>Forgets a failure that was dealt with.</summary>
    /// <returns>False if it was gone already.</returns>
    public async Task<bool> RemoveAsync(Guid id, CancellationToken ct)
    {
        var removed = false;
        await store.UpdateAsync<FailureRecord>(
            Key(id),
            before =>
            {
                removed = before is not null;
                return before is null
                    ? Change.Keep<FailureRecord>()
                    : Change.Delete<FailureRecord>(transaction =>
                    {
                        foreach (var list in ListsOf(before))
                        {
                            transaction.RemoveFromSorted(list, Member(id));
                        }
                    });
            },
            ct);
        await blobs.DeleteAsync(BodyKey(id), ct);
        return removed;
    }

    /// <summary>Forgets all failures of an image: with it goes what its messages said of it.</summary>
    public Task RemoveOfImageAsync(Guid imageId, CancellationToken ct) => RemoveListAsync(ImageList(imageId), ct);

    /// <summary>Forgets all failures of a collection.</summary>
    public async Task RemoveOfCollectionAsync(string collection, CancellationToken ct)
    {
        ArgumentException.ThrowIfNullOrEmpty(collection);
        var value = Bounded(collection);
        await RemoveListAsync(ListKey("collection", value), ct);
        await ForgetValueAsync("collection", value, ct);
    }

    /// <summary>A page of the failures that a filter wants, latest first.</summary>
    /// <param name="filter">The filter.</param>
    /// <param name="cursor">Where the last page ended; null for the first.</param>
    /// <param name="limit">1 to <see cref="MaxPage"/>.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<FailurePage> ListAsync(FailureFilter filter, string? cursor, int limit, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        var list = await ShortestListAsync(filter, ct);
        var after = SortedCursor.Parse(cursor);
        var found = new List<FailureRecord>(limit);
        while (true)
        {
            var members = await store.RangeAsync(list, new SortedRange { Descending = true, After = after, Limit = MaxPage }, ct);
            StateKey[] keys = [.. members.Select(member => new StateKey(Table, member.Member))];
            var records = keys.Length == 0 ? [] : await store.GetManyAsync(keys, ct);
            for (var i = 0; i < keys.Length; i++)
            {
                if (records[i] is not { } stored)
                {
                    continue;
                }

                var record = StateJson.Read<FailureRecord>(keys[i], stored);
                if (filter.Since is { } since && record.At < since)
                {
                    return new FailurePage(found, null);
                }

                if (!filter.Matches(record))
                {
                    continue;
                }

                found.Add(record);
                if (found.Count == limit)
                {
                    return new FailurePage(found, i == keys.Length - 1 && members.Count < MaxPage ? null : SortedCursor.Format(members[i]));
                }
            }

            if (members.Count < MaxPage)
            {
                return new FailurePage(found, null);
            }

            after = members[^1];
        }
    }

    /// <summary>How many failures there are.</summary>
    public Task<long> CountAsync(CancellationToken ct) => store.CountSortedAsync(new StateKey(ListTable, All), ct);

    /// <summary>How many failures of a kind there are.</summary>
    public Task<long> CountAsync(FailureKind kind, CancellationToken ct) => store.CountSortedAsync(ListKey("kind", kind.ToString()), ct);

    /// <summary>The values of <c>stage</c>, <c>reason</c> or <c>collection</c> that failures have, each with their number.</summary>
    public async Task<IReadOnlyList<Facet>> FacetsAsync(string facet, CancellationToken ct)
    {
        var values = new List<Facet>();
        foreach (var value in await store.GetSetAsync(new StateKey(FacetTable, facet), ct))
        {
            if (await store.CountSortedAsync(ListKey(facet, value), ct) is > 0 and var count)
            {
                values.Add(new Facet(value == None ? "" : value, count));
            }
            else
            {
                // Whoever sends a message chooses its collection: what no failure has any more is not asked for again.
                await ForgetValueAsync(facet, value, ct);
            }
        }

        return values;
    }

    /// <summary>Forgets the oldest rejections beyond so many: nobody has to deal with them, and there is no end of them.</summary>
    public async Task TrimRejectionsAsync(int keep, CancellationToken ct)
    {
        var list = ListKey("kind", nameof(FailureKind.Rejection));
        while (await store.CountSortedAsync(list, ct) is var count && count > keep)
        {
            foreach (var oldest in await store.RangeAsync(list, new SortedRange { Limit = (int)Math.Min(MaxPage, count - keep) }, ct))
            {
                await RemoveAsync(Guid.ParseExact(oldest.Member, "N"), ct);
            }
        }
    }

    /// <summary>Forgets a value of a facet, unless a failure has it.</summary>
    private Task ForgetValueAsync(string facet, string value, CancellationToken ct) =>
        store.TryCommitAsync(new StateTransaction().ExpectFewer(ListKey(facet, value), 1).RemoveFromSet(new StateKey(FacetTable, facet), value), ct);

    private async Task RemoveListAsync(StateKey list, CancellationToken ct)
    {
        while (await store.RangeAsync(list, new SortedRange { Limit = MaxPage }, ct) is { Count: > 0 } members)
        {
            foreach (var member in members)
            {
                await RemoveAsync(Guid.ParseExact(member.Member, "N"), ct);
            }
        }
    }

    // No member of a set may be empty, and no collection's name begins so.
    private const string None = "-";

    /// <summary>Of the lists that have all that a filter wants the one with the least else: a few errors are not looked for among all rejections.</summary>
    private async Task<StateKey> ShortestListAsync(FailureFilter filter, CancellationToken ct)
    {
        StateKey[] lists =
        [
            .. filter.Reason is { } reason ? [ListKey("reason", Bounded(reason))] : Array.Empty<StateKey>(),
            .. filter.Stage is { } stage ? [ListKey("stage", Bounded(stage))] : Array.Empty<StateKey>(),
            .. filter.Collection is { } collection ? [ListKey("collection", Bounded(collection))] : Array.Empty<StateKey>(),
            .. filter.Kind is { } kind ? [ListKey("kind", kind.ToString())] : Array.Empty<StateKey>(),
        ];
        if (lists.Length < 2)
        {
            return lists.Length == 0 ? new StateKey(ListTable, All) : lists[0];
        }

        var lengths = await Task.WhenAll(lists.Select(list => store.CountSortedAsync(list, ct)));
        return lists[Array.IndexOf(lengths, lengths.Min())];
    }

    private static IEnumerable<StateKey> ListsOf(FailureRecord record)
    {
        yield return new StateKey(ListTable, All);
        yield return ListKey("kind", record.Kind.ToString());
        foreach (var facet in Facets)
        {
            yield return ListKey(facet, ValueOf(record, facet));
        }

        if (record.ImageId is { } image)
        {
            yield return ImageList(image);
        }
    }

    private static StateKey ImageList(Guid imageId) => ListKey("image", Member(imageId));

    private static string ValueOf(FailureRecord record, string facet) => Bounded(facet switch
    {
        "stage" => record.Stage,
        "reason" => record.Reason,
        _ => record.Collection,
    });

    /// <summary>A value as it is listed by.</summary>
    internal static string Bounded(string value)
    {
        var text = value.Length <= LongestFacet ? value : value[..LongestFacet];
        // Whoever sends a message chooses its collection, and need not choose well.
        text = text.Replace('\0', ' ').WellFormed();
        return text.Length == 0 ? None : text;
    }

    private static StateKey ListKey(string facet, string value) => new(ListTable, $"{facet}:{value}");

    private static StateKey Key(Guid id) => new(Table, Member(id));

    private static string Member(Guid id) => id.ToString("N");

    private static string BodyKey(Guid id) => $"failures/{Member(id)[..2]}/{Member(id)}";
}

/// <summary>Text that comes from anywhere.</summary>
internal static class ForeignText
{
    /// <summary>The text with whatever is no well-formed Unicode replaced, so that it can be stored.</summary>
    public static string WellFormed(this string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
