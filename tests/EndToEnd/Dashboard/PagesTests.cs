using Microsoft.Playwright;
using Pipeline.Tests.EndToEnd.Gateway;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Dashboard;

/// <summary>Every page on a wide and a narrow screen, light and dark: it fits, keeps nobody out, and is kept as a picture.</summary>
public sealed class PagesTests(DashboardFixture system) : DashboardTest(system)
{
    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Every_page_fits_and_is_accessible(int width, ColorScheme scheme)
    {
        using var gateway = new GatewayClient(Running.Gateway);
        var scene = Pictures.Scene(7);
        var one = await gateway.IndexAsync("default", scene);
        var other = await gateway.IndexAsync("default", Pictures.Recompressed(scene));
        (string Name, string Path)[] pages =
        [
            ("pipeline", "dashboard"),
            ("failures", "dashboard/failures"),
            ("retries", "dashboard/failures/retries"),
            ("collections", "dashboard/collections"),
            ("collection", "dashboard/collections/default"),
            ("settings", "dashboard/collections/default/settings"),
            ("explorer", "dashboard/explorer/default"),
            ("image", $"dashboard/explorer/default/{one}?verify=true"),
            ("matches", $"dashboard/explorer/default/{one}/matches/{other}"),
            ("audit", "dashboard/audit"),
        ];
        await using var admin = await Running.VisitAsync(DashboardFixture.AdminKey, width, scheme);
        foreach (var (name, path) in pages)
        {
            await admin.Page.GotoAsync(path);
            await admin.Page.WaitForFunctionAsync("() => [...document.images].filter(image => image.loading !== 'lazy').every(image => image.complete)");
            Assert.True(
                await admin.FitsAsync(), $"{path} is wider than {width} pixels.");
            Assert.Empty(await admin.BarriersAsync());
            await admin.KeepAsync($"page-{name}-{width}-{scheme}".ToLowerInvariant());
        }

        admin.AssertContent();
    }
}
