using Microsoft.Playwright;
using Pipeline.Tests.EndToEnd.Gateway;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Dashboard;

/// <summary>Collections, their generations and what they learned, in the browser.</summary>
public sealed class CollectionTests(DashboardFixture system) : DashboardTest(system)
{
    [Fact]
    public async Task A_re_index_is_asked_for_seen_to_serve_and_rolled_back()
    {
        using var gateway = new GatewayClient(Running.Gateway);
        await gateway.IndexAsync("default", Pictures.Scene(3));

        await using var viewer = await Running.VisitAsync(DashboardFixture.OperatorKey);
        await viewer.Page.GotoAsync("dashboard/collections");
        await viewer.Page.GetByRole(AriaRole.Link, new() { Name = "default" }).ClickAsync();
        Assert.Equal(0, await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "Re-index" }).CountAsync());
        Assert.Empty(await viewer.BarriersAsync());
        viewer.AssertContent();

        await using var admin = await Running.VisitAsync(DashboardFixture.AdminKey);
        await admin.Page.GotoAsync("dashboard/collections/default");
        var before = await GenerationAsync(admin);
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = "Re-index", Exact = true }).ClickAsync();
        Assert.Equal("Asked for: re-index.", await admin.Page.GetByRole(AriaRole.Status).TextContentAsync());
        await SeeGenerationAsync(admin, before + 1);
        Assert.Empty(await admin.BarriersAsync());
        await admin.KeepAsync("collection-1280-light");

        await admin.Page.GotoAsync("dashboard/collections/default");
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = "Roll back", Exact = true }).ClickAsync();
        await SeeGenerationAsync(admin, before);
        admin.AssertContent();
    }

    [Fact]
    public async Task What_a_collection_cannot_do_now_is_refused_even_if_it_is_asked_for()
    {
        await using var admin = await Running.VisitAsync(DashboardFixture.AdminKey);
        await admin.Page.GotoAsync("dashboard/collections/default");
        Assert.True(await admin.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel the re-index" }).IsDisabledAsync());
        await admin.Page.EvaluateAsync("() => document.querySelector('form[action$=\"cancel-re-index\"] button').disabled = false");
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel the re-index" }).ClickAsync();
        Assert.Contains("no re-index to cancel", await admin.Page.GetByRole(AriaRole.Status).TextContentAsync(), StringComparison.Ordinal);
        admin.AssertContent();
    }

    private static async Task SeeGenerationAsync(Visitor visitor, int number) => await Eventually.TrueAsync(
        async () =>
        {
            await visitor.Page.GotoAsync("dashboard/collections/default");
            return await GenerationAsync(visitor) == number;
        },
        TimeSpan.FromSeconds(90));

    private static async Task<int> GenerationAsync(Visitor visitor) =>
        int.Parse((await visitor.Page.Locator("dt:text-is('Generation') + dd").TextContentAsync())!, null);
}
