using System.Globalization;
using System.Runtime.CompilerServices;
using Pipeline.Storage;

namespace Pipeline.Catalog;

/// <summary>
/// The images of all collections: one record an image, and per collection and status a list ordered by the time
/// the status was reached, and the same once more per tenant. Record and lists change in one transaction, so they never
/// disagree.
/// </summary>
public sealed class ImageCatalog(IStateStore store, TimeProvider time)
{
    /// <summary>The largest page of <see cref="ListAsync"/>.</summary>
    public const int MaxPage = 1000;

    /// <summary>The image's record, or null.</summary>
    public Task<ImageRecord?> GetAsync(string collection, Guid imageId, CancellationToken ct) =>
        store.GetAsync<ImageRecord>(Key(collection, imageId), ct);

    /// <summary>The records of many images in the order asked for; null where there is none.</summary>
    public async Task<IReadOnlyList<ImageRecord?>> GetManyAsync(string collection, IReadOnlyList<Guid> imageIds, CancellationToken ct)
    {
        StateKey[] keys = [.. imageIds.Select(id => Key(collection, id))];
        var records = await store.GetManyAsync(keys, ct);
        return [.. records.Zip(keys, (record, key) => record is null ? null : StateJson.Read<ImageRecord>(key, record))];
    }

    /// <summary>Changes the image's record by compare-and-set.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="imageId">The image.</param>
    /// <param name="change">Gets the record or null, answers the new one, or null to change nothing. Must be pure: on contention it is called again.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The record as it now stands, or null if there is none.</returns>
    /// <exception cref="StateConflictException">Others kept winning.</exception>
    public Task<ImageRecord?> UpdateAsync(
        string collection, Guid imageId, Func<ImageRecord?, ImageRecord?> change, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return store.UpdateAsync<ImageRecord>(
            Key(collection, imageId),
            before => Changed(before, change(before), now),
            ct);
    }

    /// <summary>Like <see cref="UpdateAsync"/>, but only as long as the collection is there: with its end the change does not take place.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="imageId">The image.</param>
    /// <param name="change">Gets the record or null, and the collection's; answers as for the other.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The record as it now stands, or null if there is none.</returns>
    /// <exception cref="ImageBusyException">There is no such collection any more.</exception>
    /// <exception cref="StateConflictException">Others kept winning.</exception>
    public Task<ImageRecord?> UpdateInAsync(
        string collection, Guid imageId, Func<ImageRecord?, CollectionRecord, ImageRecord?> change, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return store.UpdateAsync<ImageRecord, CollectionRecord>(
            Key(collection, imageId),
            CollectionCatalog.Key(collection),
            (before, owner) => Changed(before, change(before, Present(owner, collection)), now),
            ct);
    }

    /// <summary>
    /// Like <see cref="UpdateInAsync"/>, but an image that would come to life where there are as many as the collection may have becomes
    /// what <paramref name="full"/> answers. However many come at once, there are never more.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="imageId">The image.</param>
    /// <param name="change">As for the other.</param>
    /// <param name="full">Gets the record or null and the most images; answers one that does not live.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The record as it now stands, or null if there is none.</returns>
    /// <exception cref="ImageBusyException">There is no such collection any more.</exception>
    /// <exception cref="StateConflictException">Others kept winning.</exception>
    public Task<ImageRecord?> UpdateWithinLimitAsync(
        string collection,
        Guid imageId,
        Func<ImageRecord?, CollectionRecord, ImageRecord?> change,
        Func<ImageRecord?, long, ImageRecord> full,
        CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(full);
        var now = time.GetUtcNow();
        return store.UpdateAsync<ImageRecord, CollectionRecord>(
            Key(collection, imageId),
            CollectionCatalog.Key(collection),
            async (before, owner) =>
            {
                var after = change(before, Present(owner, collection));
                if (owner!.Settings.Limits.MaxImages is not { } most || !IsLiving(after) || IsLiving(before))
                {
                    return Changed(before, after, now);
                }

                return await CountLivingAsync(collection, ct) >= most
                    ? Changed(before, full(before, most), now)
                    : Changed(before, after, now, transaction => transaction.ExpectFewer(AgeKey(collection), most));
            },
            ct);
    }

    /// <summary>A page of a collection's images with one status, latest first.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="status">The status.</param>
    /// <param name="cursor">Where the last page ended, or null for the first.</param>
    /// <param name="limit">1 to <see cref="MaxPage"/>.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="tenant">Only this tenant's; null for all.</param>
    /// <exception cref="FormatException">The cursor is not one that a page answered.</exception>
    public async Task<ImagePage> ListAsync(string collection, ImageStatus status, string? cursor, int limit, CancellationToken ct, string? tenant = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        var members = await store.RangeAsync(
            StatusKey(collection, status, tenant),
            new SortedRange { Descending = true, After = ParseCursor(cursor), Limit = limit },
            ct);
        var records = await GetManyAsync(collection, [.. members.Select(m => Guid.ParseExact(m.Member, "N"))], ct);
        var next = members.Count == limit ? FormatCursor(members[^1]) : null;
        return new ImagePage([.. records.OfType<ImageRecord>().Where(r => r.Status == status)], next);
    }

    /// <summary>
    /// A page of a walk over all of a collection's images, tombstones included, in ascending order of id: one that is there all the time is
    /// seen exactly once, and the walk can go on after a restart.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="after">Where the last page ended, or null for the first.</param>
    /// <param name="limit">1 to <see cref="MaxPage"/>.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<ImagePage> ScanAsync(string collection, string? after, int limit, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        var table = TableOf(collection);
        var page = await store.ScanAsync(table, after, limit, ct);
        return new ImagePage([.. page.Records.Select(entry => StateJson.Read<ImageRecord>(new StateKey(table, entry.Id), entry.Record))], page.Next);
    }

    /// <summary>Number of a collection's images with one status, of all tenants or one.</summary>
    public Task<long> CountAsync(string collection, ImageStatus status, CancellationToken ct, string? tenant = null) =>
        store.CountSortedAsync(StatusKey(collection, status, tenant), ct);

    /// <summary>Number of a collection's images that are there or about to be, as limits count them.</summary>
    public Task<long> CountLivingAsync(string collection, CancellationToken ct) => store.CountSortedAsync(AgeKey(collection), ct);

    /// <summary>Some of a collection's images, whatever their status.</summary>
    public async Task<IReadOnlyList<ImageRecord>> SomeAsync(string collection, int limit, CancellationToken ct)
    {
        var page = await store.ScanAsync(TableOf(collection), null, limit, ct);
        return [.. page.Records.Select(entry => StateJson.Read<ImageRecord>(new StateKey(TableOf(collection), entry.Id), entry.Record))];
    }

    /// <summary>A collection's images whose ids begin with two hexadecimal digits, whatever their status.</summary>
    public async IAsyncEnumerable<ImageRecord> ShardAsync(string collection, int shard, [EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var entry in store.ScanAllAsync(TableOf(collection), shard.ToString("x2", CultureInfo.InvariantCulture), ct))
        {
            yield return StateJson.Read<ImageRecord>(new StateKey(TableOf(collection), entry.Id), entry.Record);
        }
    }

    /// <summary>Removes an image's record as if it had never been. No late message about it is recognised any more.</summary>
    public Task ForgetAsync(string collection, Guid imageId, CancellationToken ct) =>
        store.UpdateAsync<ImageRecord>(
            Key(collection, imageId),
            before => before is null
                ? Change.Keep<ImageRecord>()
                : Change.Delete<ImageRecord>(transaction =>
                {
                    var member = before.ImageId.ToString("N");
                    transaction.RemoveFromSorted(StatusKey(collection, before.Status, tenant: null), member);
                    transaction.RemoveFromSorted(StatusKey(collection, before.Status, before.Tenant), member);
                    transaction.RemoveFromSorted(AgeKey(collection), member);
                }),
            ct);

    /// <summary>A collection's oldest living images, by <see cref="ImageRecord.AgesFrom"/>, oldest first.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="before">Only images that age from a time before this.</param>
    /// <param name="after">Where the last page ended; null for the first.</param>
    /// <param name="limit">Most images, 1 to <see cref="MaxPage"/>.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<AgedImages> ListOlderAsync(string collection, DateTimeOffset before, ScoredMember? after, int limit, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxPage);
        var members = await store.RangeAsync(AgeKey(collection), new SortedRange { After = after, Limit = limit }, ct);
        ScoredMember[] old = [.. members.TakeWhile(member => member.Score < Microseconds(before))];
        var records = await GetManyAsync(collection, [.. old.Select(member => Guid.ParseExact(member.Member, "N"))], ct);
        return new AgedImages([.. records.OfType<ImageRecord>()], old.Length == limit ? old[^1] : null);
    }

    private static CollectionRecord Present(CollectionRecord? owner, string collection) =>
        owner is { Deletion: null } ? owner : throw new ImageBusyException($"The collection '{collection}' is gone.");

    private static bool IsLiving(ImageRecord? record) => record is not null && ImagesWithFeatures.LivingStatuses.Contains(record.Status);

    private static Change<ImageRecord> Changed(
        ImageRecord? before, ImageRecord? changed, DateTimeOffset now, Action<StateTransaction>? also = null)
    {
        if (changed is null || ReferenceEquals(changed, before))
        {
            return Change.Keep<ImageRecord>();
        }

        var after = changed with { UpdatedAt = now };
        return Change.Put(after, transaction =>
        {
            IndexStatus(transaction, before, after);
            also?.Invoke(transaction);
        });
    }

    private static void IndexStatus(StateTransaction transaction, ImageRecord? before, ImageRecord after)
    {
        if (before?.Status == after.Status)
        {
            return;
        }

        var member = after.ImageId.ToString("N");
        var isAgeing = IsLiving(after);
        if (isAgeing != IsLiving(before))
        {
            _ = isAgeing
                ? transaction.AddToSorted(AgeKey(after.Collection), member, Microseconds(after.AgesFrom))
                : transaction.RemoveFromSorted(AgeKey(after.Collection), member);
        }

        foreach (var tenant in (string?[])[null, after.Tenant])
        {
            if (before is not null)
            {
                transaction.RemoveFromSorted(StatusKey(after.Collection, before.Status, tenant), member);
            }

            transaction.AddToSorted(StatusKey(after.Collection, after.Status, tenant), member, Microseconds(after.UpdatedAt));
        }
    }

    private static string TableOf(string collection) => $"images/{collection}";

    private static StateKey Key(string collection, Guid imageId) => new(TableOf(collection), imageId.ToString("N"));

    private static StateKey AgeKey(string collection) => new("image-age", collection);

    /// <summary>Fine enough to keep the order of a burst, and exact as a double for the next two centuries.</summary>
    private static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private static StateKey StatusKey(string collection, ImageStatus status, string? tenant) =>
        new(tenant is null ? $"image-status/{collection}" : $"tenant-image-status/{collection}/{tenant}", status.ToString().ToLowerInvariant());

    private static string FormatCursor(ScoredMember member) =>
        string.Create(CultureInfo.InvariantCulture, $"{(long)member.Score}-{member.Member}");

    private static ScoredMember? ParseCursor(string? cursor)
    {
        if (cursor is null)
        {
            return null;
        }

        var dash = cursor.IndexOf('-', StringComparison.Ordinal);
        return dash > 0
            && long.TryParse(cursor.AsSpan(0, dash), CultureInfo.InvariantCulture, out var score)
            && Guid.TryParseExact(cursor.AsSpan(dash + 1), "N", out var id)
            ? new ScoredMember(id.ToString("N"), score)
            : throw new FormatException("The cursor is not one that this list answered.");
    }
}

/// <summary>A page of images.</summary>
/// <param name="Images">The images.</param>
/// <param name="NextCursor">Where the next page begins, or null at the end.</param>
public sealed record ImagePage(IReadOnlyList<ImageRecord> Images, string? NextCursor);

/// <summary>Images by their age.</summary>
/// <param name="Images">The images, oldest first.</param>
/// <param name="Next">Where the next page begins; null at the end.</param>
public sealed record AgedImages(IReadOnlyList<ImageRecord> Images, ScoredMember? Next);
