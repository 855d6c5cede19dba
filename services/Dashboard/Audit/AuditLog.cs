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
    private static readonly StateKey Strangers = new("dashboard-audit-order", "strangers");

    /// <summary>Of so many entries one may be a stranger's: whoever tries keys drives nobody's actions out of the log.</summary>
    private const int StrangersShare = 10;

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
        await WriteAsync(entry, isStranger: false, context.RequestAborted);
        T result;
        try
        {
            result = await work(context.RequestAborted);
        }
        catch (Exception e)
        {
            await WriteAsync(entry with { Outcome = AuditOutcome.Failed, Detail = e.Message }, isStranger: false, CancellationToken.None);
            throw;
        }

        await WriteAsync(entry with { Outcome = AuditOutcome.Done }, isStranger: false, CancellationToken.None);
        return result;
    }

    /// <summary>Notes something that is over already, such as a refusal.</summary>
    public Task NoteAsync(HttpContext context, string action, string target, AuditOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(context);
        return WriteAsync(EntryOf(context, action, target, outcome), isStranger: false, CancellationToken.None);
    }

    /// <summary>Notes an attempt to sign in, by the key it was made with; null for one that is not known.</summary>
    public Task NoteSignInAsync(HttpContext context, ApiKeyOptions? key)
    {
        ArgumentNullException.ThrowIfNull(context);
        var entry = EntryOf(context, "sign-in", "", key is null ? AuditOutcome.Refused : AuditOutcome.Done);
        return WriteAsync(entry with { Who = key?.Name ?? "", Role = key?.Role ?? "" }, isStranger: key is null, CancellationToken.None);
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

    private async Task WriteAsync(AuditEntry entry, bool isStranger, CancellationToken ct)
    {
        var id = entry.Id.ToString("N", CultureInfo.InvariantCulture);
        var written = new StateTransaction().Put(new StateKey(Table, id), entry).AddToSorted(Order, id, entry.At.ToUnixTimeMilliseconds());
        if (isStranger)
        {
            written.AddToSorted(Strangers, id, entry.At.ToUnixTimeMilliseconds());
        }

        await store.TryCommitAsync(written, ct);
        if (entry.Outcome != AuditOutcome.Begun)
        {
            await TrimAsync(Strangers, options.Value.AuditEntries / StrangersShare, ct);
            await TrimAsync(Order, options.Value.AuditEntries, ct);
        }
    }

    /// <summary>Forgets the oldest entries of a list beyond so many.</summary>
    private async Task TrimAsync(StateKey list, int most, CancellationToken ct)
    {
        if (await store.CountSortedAsync(list, ct) is var count && count > most)
        {
            var surplus = new StateTransaction();
            foreach (var old in await store.RangeAsync(list, new SortedRange { Limit = (int)Math.Min(1000, count - most) }, ct))
            {
                surplus.RemoveFromSorted(Order, old.Member).RemoveFromSorted(Strangers, old.Member).Delete(new StateKey(Table, old.Member));
            }

            await store.TryCommitAsync(surplus, ct);
        }
    }
}

/// <summary>A page of the log.</summary>
/// <param name="Entries">The entries.</param>
/// <param name="NextCursor">Where the next page begins; null at the end.</param>
public sealed record AuditPage(IReadOnlyList<AuditEntry> Entries, string? NextCursor);
