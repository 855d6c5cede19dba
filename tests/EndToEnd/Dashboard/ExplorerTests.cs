using Microsoft.Playwright;
using Pipeline.Tests.EndToEnd.Gateway;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Dashboard;

/// <summary>The search page in the browser.</summary>
public sealed class ExplorerTests(DashboardFixture system) : DashboardTest(system)
{
    [Fact]
    public async Task A_picture_that_is_chosen_is_found_in_every_mode_that_there_is_and_its_matches_are_drawn()
    {
        using var gateway = new GatewayClient(Running.Gateway);
        var scene = Pictures.Scene(4);
        var original = await gateway.IndexAsync("default", scene, "", ("externalId", "scene-4"));
        var copy = await gateway.IndexAsync("default", Pictures.Copy(scene));

        await using var viewer = await Running.VisitAsync(DashboardFixture.ViewerKey);
        await viewer.Page.GotoAsync("dashboard/explorer/default");
        await viewer.Page.GetByRole(AriaRole.Img, new() { Name = "scene-4" }).WaitForAsync();
        Assert.Empty(await viewer.BarriersAsync());
        await viewer.Page.SetInputFilesAsync("#file", new FilePayload { Name = "query.jpg", MimeType = "image/jpeg", Buffer = Pictures.Recompressed(scene) });
        var cnn = viewer.Page.Locator("#results .mode").Filter(new() { Has = viewer.Page.GetByRole(AriaRole.Heading, new() { Name = "CNN" }) });
        await cnn.Locator("li a[href*='explorer']").First.WaitForAsync();
        Assert.EndsWith($"{original}", await cnn.Locator("li a").First.GetAttributeAsync("href"), StringComparison.Ordinal);
        Assert.Contains("inliers", await cnn.Locator("li").First.TextContentAsync(), StringComparison.Ordinal);
        Assert.Contains("total", await cnn.Locator(".note").TextContentAsync(), StringComparison.Ordinal);
        Assert.Contains("no-vocabulary", await viewer.Page.Locator("#results").TextContentAsync(), StringComparison.Ordinal);
        Assert.Empty(await viewer.BarriersAsync());
        await viewer.KeepAsync("explorer-1280-light");

        await cnn.Locator("li a").First.ClickAsync();
        Assert.Empty(await viewer.BarriersAsync());
        await viewer.KeepAsync("explorer-image");
        // The page names the neighbours that were mined when it was asked for.
        var matches = viewer.Page.Locator($"a[href$='{original}/matches/{copy}']").First;
        await Eventually.TrueAsync(
            async () =>
            {
                await viewer.Page.ReloadAsync();
                return await matches.CountAsync() > 0;
            },
            TimeSpan.FromSeconds(60));
        await matches.ClickAsync();
        await viewer.Page.GetByText("the same scene").First.WaitForAsync();
        Assert.InRange(await viewer.Page.Locator("svg.match line").CountAsync(), 10, 500);
        Assert.Empty(await viewer.BarriersAsync());
        await viewer.KeepAsync("explorer-matches");
        viewer.AssertContent();
    }

    [Fact]
    public async Task Who_searches_after_the_session_has_ended_is_asked_to_sign_in_and_led_back()
    {
        using var gateway = new GatewayClient(Running.Gateway);
        await gateway.IndexAsync("default", Pictures.Scene(4));
        await using var viewer = await Running.VisitAsync(DashboardFixture.ViewerKey);
        await viewer.Page.GotoAsync("dashboard/explorer/default");
        await viewer.Page.Context.ClearCookiesAsync();

        await viewer.Page.SetInputFilesAsync("#file", new FilePayload { Name = "query.jpg", MimeType = "image/jpeg", Buffer = Pictures.Scene(4) });

        await viewer.Page.WaitForURLAsync("**/dashboard/sign-in?to=*");
        await viewer.Page.GetByLabel("API key").FillAsync(DashboardFixture.ViewerKey);
        await viewer.Page.Keyboard.PressAsync("Enter");
        await viewer.Page.WaitForURLAsync("**/dashboard/explorer/default");
        viewer.AssertContent();
    }

    [Fact]
    public async Task Fits_a_narrow_screen_and_has_neighbours_of_a_mined_image()
    {
        using var gateway = new GatewayClient(Running.Gateway);
        var scene = Pictures.Scene(5);
        await gateway.IndexAsync("default", Pictures.Copy(scene));
        var id = await gateway.IndexAsync("default", scene);

        await using var viewer = await Running.VisitAsync(DashboardFixture.ViewerKey, width: 390, ColorScheme.Dark);
        await Eventually.TrueAsync(
            async () =>
            {
                await viewer.Page.GotoAsync($"dashboard/explorer/default/{id}");
                return await viewer.Page.GetByText("reciprocal").CountAsync() > 0;
            },
            TimeSpan.FromSeconds(60));
        Assert.True(await viewer.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth"));
        Assert.Empty(await viewer.BarriersAsync());
        await viewer.KeepAsync("explorer-390-dark");
        viewer.AssertContent();
    }
}
