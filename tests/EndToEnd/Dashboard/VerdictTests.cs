using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Pipeline.Tests.EndToEnd.Gateway;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Dashboard;

/// <summary>An operator says what is the same, in the browser.</summary>
public sealed class VerdictTests(DashboardFixture system) : DashboardTest(system)
{
    private const string Asked = "Asked for: it is noted as soon as the Indexing service answers.";

    [Fact]
    public async Task An_operator_s_verdict_on_near_duplicates_is_shown_noted_followed_by_search_and_withdrawn()
    {
        using var gateway = new GatewayClient(Running.Gateway);
        var scene = Pictures.Drawn(71);
        var original = await gateway.IndexAsync("default", scene);
        var copy = await gateway.IndexAsync("default", Pictures.Recompressed(scene));

        await using var viewer = await Running.VisitAsync(DashboardFixture.ViewerKey);
        await SeeAsync(viewer, original, copy, "inliers");
        Assert.Equal(0, await viewer.Page.Locator(".near button").CountAsync());
        viewer.AssertContent();

        await using var visitor = await Running.VisitAsync(DashboardFixture.OperatorKey);
        await SeeAsync(visitor, original, copy, "inliers");
        Assert.Empty(await visitor.BarriersAsync());
        await visitor.KeepAsync("verdict-before");
        await Near(visitor, copy).GetByRole(AriaRole.Button, new() { Name = "Not the same" }).ClickAsync();
        // The page waits seconds for the answer; a busy machine may need longer, and the page says so.
        Assert.Contains(await visitor.Page.GetByRole(AriaRole.Status).TextContentAsync(), (string[])["Noted: not the same.", Asked]);
        await SeeAsync(visitor, original, copy, "not the same, said otto");
        await visitor.KeepAsync("verdict-after");
        Assert.Equal("similar", await MatchAsync(gateway, original, copy));

        // From the page of the pair, too; the other image says the same.
        await visitor.Page.GotoAsync($"dashboard/explorer/default/{copy}/matches/{original}");
        Assert.Contains("not the same, said otto", await visitor.Page.Locator(".verdict").TextContentAsync(), StringComparison.Ordinal);
        Assert.Empty(await visitor.BarriersAsync());
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Withdraw" }).ClickAsync();
        Assert.Contains(await visitor.Page.GetByRole(AriaRole.Status).TextContentAsync(), (string[])["The verdict is withdrawn: geometry decides again.", Asked]);
        await Eventually.TrueAsync(async () => await MatchAsync(gateway, original, copy) == "near-duplicate", TimeSpan.FromSeconds(60));
        visitor.AssertContent();

        await using var admin = await Running.VisitAsync(DashboardFixture.AdminKey);
        await admin.Page.GotoAsync("dashboard/audit");
        await admin.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "otto (operator)" }).Filter(new() { HasText = "not-same" }).First.WaitForAsync();
    }

    [Fact]
    public async Task A_viewer_s_verdict_is_refused()
    {
        await using var viewer = await Running.VisitAsync(DashboardFixture.ViewerKey);
        await viewer.Page.GotoAsync("dashboard/explorer/default");
        var status = await viewer.Page.EvaluateAsync<int>(
            """
            async () => {
              const form = new FormData();
              form.set('__RequestVerificationToken', document.querySelector('[name=__RequestVerificationToken]').value);
              form.set('other', crypto.randomUUID());
              form.set('verdict', 'same');
              return (await fetch(`/dashboard/explorer/default/${crypto.randomUUID()}/verdicts`, { method: 'POST', body: form })).status;
            }
            """);
        Assert.Equal((int)HttpStatusCode.Forbidden, status);
        viewer.AssertContent("403");
    }

    private static ILocator Near(Visitor visitor, Guid image) => visitor.Page.Locator($".near li[data-image='{image}']");

    private static Task SeeAsync(Visitor visitor, Guid image, Guid other, string text) => Eventually.TrueAsync(
        async () =>
        {
            await visitor.Page.GotoAsync($"dashboard/explorer/default/{image}?verify=true");
            return await Near(visitor, other).Filter(new() { HasText = text }).CountAsync() == 1;
        },
        TimeSpan.FromSeconds(60));

    private static async Task<string?> MatchAsync(GatewayClient gateway, Guid image, Guid other)
    {
        var found = await gateway.SearchAsync("default", new JsonObject { ["imageId"] = image, ["mode"] = "cnn", ["rerank"] = "geometric", ["limit"] = 50 });
        return (string?)found.Hits.First(hit => (Guid)hit["imageId"]! == other)["match"];
    }
}
