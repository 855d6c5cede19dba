using System.Globalization;
using Microsoft.Extensions.Options;
using Pipeline.Hosting;
using Pipeline.Storage;

namespace Pipeline.Dashboard.Audit;

/// <summary>What was done through the dashboard, by whom, in the state store; latest first, bounded.</summary>
public sealed class AuditLog(IStateStore store, TimeProvider time, IOptions<DashboardOptions> options)
{
    private const string Table = "dashboard-audit";
    private static readonly StateKey Order = new("dashboard-audit-order", "all");

    /// <summary>
    /// Notes an action before it begins and what came of it: one that broke off stays visible as begun.
    /// </summary>
    /// <typeparam name="T">What the action answers.</typeparam>
    /// <param name="context">The request: who, from where.</param>
    /// <param name="action">A stable name, such as <c>re-drive</c>.</param>
    /// <param name="target">What it is done to, for people.</param>
    /// <param name="work">Does it.</param>
    /// <returns>What <paramref name="work"/> answers; its exception is noted and thrown on.</returns>
    public async Task<T> RunAsync<T>(HttpContext context, string action, string target, Func<CancellationToken, Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(work);
        var entry = EntryOf(context, action, target, AuditOutcome.Begun);
        await WriteAsync(entry, context.RequestAborted);
        T result;
        try
        {
            result = await work(context.RequestAborted);
        }
        catch (Exception e)
        {
            await WriteAsync(entry with { Outcome = AuditOutcome.Failed, Detail = e.Message }, CancellationToken.None);
            throw;
        }

        await WriteAsync(entry with { Outcome = AuditOutcome.Done }, CancellationToken.None);
        return result;
    }

    /// <summary>Notes something that is over already, such as a refusal.</summary>
    public Task NoteAsync(HttpContext context, string action, string target, AuditOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(context);
        return WriteAsync(EntryOf(context, action, target, outcome), CancellationToken.None);
    }

    /// <summary>Notes an attempt to sign in, by the key it was made with; null for one that is not known.</summary>
    public Task NoteSignInAsync(HttpContext context, ApiKeyOptions? key)
    {
        ArgumentNullException.ThrowIfNull(context);
        var entry = EntryOf(context, "sign-in", "", key is null ? AuditOutcome.Refused : AuditOutcome.Done);
        return WriteAsync(entry with { Who = key?.Name ?? "", Role = key?.Role ?? "" }, CancellationToken.None);
    }

    /// <summary>A page of the log, latest first.</summary>
    /// <param name="cursor">Where the last page ended; null for the first.</param>
    /// <param name="limit">1 to 1000.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<AuditPage> ListAsync(string? cursor, int limit, CancellationToken ct)
    {
        var members = await store.RangeAsync(Order, new SortedRange { Descending = true, After = SortedCursor.Parse(cursor), Limit = limit }, ct);
        StateKey[] keys = [.. members.Select(m => new StateKey(Table, m.Member))];
        var records = await store.GetManyAsync(keys, ct);
        var entries = keys.Zip(records).Where(pair => pair.Second is not null).Select(pair => StateJson.Read<AuditEntry>(pair.First, pair.Second!));
        return new AuditPage([.. entries], members.Count == limit ? SortedCursor.Format(members[^1]) : null);
    }

    private AuditEntry EntryOf(HttpContext context, string action, string target, AuditOutcome outcome) => new()
    {
        Id = Guid.CreateVersion7(),
        At = time.GetUtcNow(),
        Who = context.User.Identity?.Name ?? "",
        Role = context.User.IsInRole(Roles.Admin) ? Roles.Admin : context.User.IsInRole(Roles.Write) ? Roles.Write : Roles.Read,
        From = context.Connection.RemoteIpAddress?.ToString() ?? "",
        Action = action,
        Target = target,
        Outcome = outcome,
    };

    private async Task WriteAsync(AuditEntry entry, CancellationToken ct)
    {
        var id = entry.Id.ToString("N", CultureInfo.InvariantCulture);
        await store.TryCommitAsync(
            new StateTransaction().Put(new StateKey(Table, id), entry).AddToSorted(Order, id, entry.At.ToUnixTimeMilliseconds()), ct);
        if (entry.Outcome != AuditOutcome.Begun && await store.CountSortedAsync(Order, ct) is var count && count > options.Value.AuditEntries)
        {
            var surplus = new StateTransaction();
            foreach (var old in await store.RangeAsync(Order, new SortedRange { Limit = (int)Math.Min(1000, count - options.Value.AuditEntries) }, ct))
            {
                surplus.RemoveFromSorted(Order, old.Member).Delete(new StateKey(Table, old.Member));
            }

            await store.TryCommitAsync(surplus, ct);
        }
    }
}

/// <summary>A page of the log.</summary>
/// <param name="Entries">The entries.</param>
/// <param name="NextCursor">Where the next page begins; null at the end.</param>
public sealed record AuditPage(IReadOnlyList<AuditEntry> Entries, string? NextCursor);
