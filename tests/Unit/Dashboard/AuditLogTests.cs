using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Pipeline.Dashboard;
using Pipeline.Dashboard.Access;
using Pipeline.Dashboard.Audit;
using Pipeline.Hosting;
using Xunit;

namespace Pipeline.Tests.Unit.Dashboard;

public sealed class AuditLogTests : IAsyncLifetime
{
    private readonly StateFolder _folder = new();
    private readonly HandTime _time = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _folder.DisposeAsync().AsTask();

    [Fact]
    public async Task Says_who_did_what_and_what_came_of_it()
    {
        var log = Log();
        Assert.Equal(7, await log.RunAsync(By("ann", Roles.Write), "re-drive", "upload", _ => Task.FromResult(7)));
        _time.Move(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => log.RunAsync<int>(By("bob", Roles.Admin), "update-model", "photos", _ => throw new InvalidOperationException("No pairs.")));

        var entries = (await log.ListAsync(null, 10, CancellationToken.None)).Entries;
        Assert.Equal(["bob", "ann"], entries.Select(entry => entry.Who));
        Assert.Equal((AuditOutcome.Failed, "No pairs."), (entries[0].Outcome, entries[0].Detail));
        Assert.Equal((AuditOutcome.Done, "re-drive", "upload", Roles.Write), (entries[1].Outcome, entries[1].Action, entries[1].Target, entries[1].Role));
    }

    [Fact]
    public async Task An_action_is_in_the_log_before_it_begins()
    {
        var log = Log();
        await log.RunAsync(By("ann", Roles.Write), "discard", "1 failure", async ct =>
        {
            Assert.Equal(AuditOutcome.Begun, Assert.Single((await log.ListAsync(null, 10, ct)).Entries).Outcome);
            return true;
        });
    }

    [Fact]
    public async Task Is_read_page_by_page_and_keeps_only_so_many()
    {
        var log = Log(entries: 100);
        for (var i = 0; i < 130; i++)
        {
            await log.NoteAsync(By("ann", Roles.Write), "sign-in", $"{i}", AuditOutcome.Done);
            _time.Move(TimeSpan.FromSeconds(1));
        }

        var targets = new List<string>();
        string? cursor = null;
        do
        {
            var page = await log.ListAsync(cursor, 40, CancellationToken.None);
            targets.AddRange(page.Entries.Select(entry => entry.Target));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(30, 100).Reverse().Select(i => $"{i}"), targets);
    }

    [Fact]
    public async Task Whoever_tries_keys_drives_nobody_s_actions_out_of_the_log()
    {
        var log = Log(entries: 100);
        await log.NoteAsync(By("ann", Roles.Write), "discard", "upload", AuditOutcome.Done);
        for (var i = 0; i < 130; i++)
        {
            _time.Move(TimeSpan.FromSeconds(1));
            await log.NoteSignInAsync(new DefaultHttpContext(), key: null);
        }

        var entries = (await log.ListAsync(null, 200, CancellationToken.None)).Entries;
        Assert.Equal((11, "ann"), (entries.Count, entries[^1].Who));
        Assert.All(entries.Take(10), entry => Assert.Equal(("sign-in", AuditOutcome.Refused), (entry.Action, entry.Outcome)));
    }

    private static DefaultHttpContext By(string name, string role) =>
        new() { User = DashboardAccess.PrincipalOf(new ApiKeyOptions { Name = name, Role = role }, "test") };

    private AuditLog Log(int entries = 1000) => new(_folder.Store, _time, Options.Create(new DashboardOptions { AuditEntries = entries }));
}
