using System.Net;
using Microsoft.Playwright;
using Pipeline.Tests.EndToEnd.Gateway;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Dashboard;

/// <summary>A collection from its creation to its end, in the browser.</summary>
public sealed class CollectionLifeTests(DashboardFixture system) : DashboardTest(system)
{
    [Fact]
    public async Task A_collection_is_created_configured_rebuilt_and_deleted_by_who_types_its_name()
    {
        using var gateway = new GatewayClient(Running.Gateway);
        await using var admin = await Running.VisitAsync(DashboardFixture.AdminKey);
        await admin.Page.GotoAsync("dashboard/collections");
        await admin.Page.GetByLabel("Name").FillAsync("short-lived");
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = "Create" }).ClickAsync();
        await admin.Page.WaitForURLAsync("**/dashboard/collections/short-lived");

        await admin.Page.GetByRole(AriaRole.Link, new() { Name = "Settings" }).ClickAsync();
        Assert.Empty(await admin.BarriersAsync());
        await admin.Page.GetByLabel("Most images").FillAsync("1000");
        await admin.Page.GetByLabel("Update the model by itself").SelectOptionAsync("false");
        await admin.Page.GetByLabel("Bits of a hash code").FillAsync("13");
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        Assert.Contains("encoder.bits", await admin.Page.GetByRole(AriaRole.Alert).TextContentAsync(), StringComparison.Ordinal);
        Assert.Equal("1000", await admin.Page.GetByLabel("Most images").InputValueAsync());
        await admin.Page.GetByLabel("Bits of a hash code").FillAsync("128");
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        Assert.Equal("Saved.", await admin.Page.GetByRole(AriaRole.Status).TextContentAsync());
        await admin.KeepAsync("settings-1280-light");
        var settings = (await gateway.GetAsync("v1/collections/short-lived/settings")).Body["settings"]!;
        Assert.Equal((1000, 128, false), ((int)settings["limits"]!["maxImages"]!, (int)settings["encoder"]!["bits"]!, (bool)settings["model"]!["automatic"]!));

        // A page that was loaded before somebody else's change does not undo it.
        await admin.Page.EvaluateAsync("() => document.querySelector('[name=revision]').value = 0");
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        Assert.Contains("Somebody changed", await admin.Page.GetByRole(AriaRole.Alert).TextContentAsync(), StringComparison.Ordinal);

        await gateway.IndexAsync("short-lived", Pictures.Drawn(73));
        await admin.Page.GotoAsync("dashboard/collections/short-lived");
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = "Rebuild from the blobs" }).ClickAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                await admin.Page.GotoAsync("dashboard/collections/short-lived");
                return (await admin.Page.Locator("dt:text-is('Latest rebuild') + dd").TextContentAsync())!.Contains("1 images found", StringComparison.Ordinal);
            },
            TimeSpan.FromSeconds(60));
        await admin.KeepAsync("collection-settings-and-danger");

        await admin.Page.GetByLabel("Type its name to confirm").FillAsync("short");
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = "Delete for good" }).ClickAsync();
        Assert.StartsWith("Not deleted", await admin.Page.GetByRole(AriaRole.Status).TextContentAsync(), StringComparison.Ordinal);
        await admin.Page.GetByLabel("Type its name to confirm").FillAsync("short-lived");
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = "Delete for good" }).ClickAsync();
        Assert.StartsWith("short-lived is being deleted", await admin.Page.GetByRole(AriaRole.Status).TextContentAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await admin.Page.GetByRole(AriaRole.Link, new() { Name = "short-lived" }).CountAsync());
        await Eventually.TrueAsync(async () => (await gateway.GetAsync("v1/collections/short-lived")).Status == HttpStatusCode.NotFound, TimeSpan.FromSeconds(60));
        await admin.Page.GotoAsync("dashboard/audit");
        foreach (var action in (string[])["create", "settings", "rebuild", "delete"])
        {
            await admin.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "ada (admin)" }).Filter(new() { HasText = "short-lived" }).Filter(new() { HasText = action }).First.WaitForAsync();
        }

        admin.AssertContent("422");
    }

    [Fact]
    public async Task An_operator_sees_the_settings_and_may_not_change_them_nor_create_or_delete()
    {
        await using var visitor = await Running.VisitAsync(DashboardFixture.OperatorKey);
        await visitor.Page.GotoAsync("dashboard/collections/default/settings");
        Assert.True(await visitor.Page.GetByLabel("Most images").IsDisabledAsync());
        Assert.Equal(0, await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).CountAsync());
        foreach (var path in (string[])["collections/default/settings", "collections/default/delete", "collections"])
        {
            var status = await visitor.Page.EvaluateAsync<int>(
                """
                async path => {
                  const form = new FormData();
                  form.set('__RequestVerificationToken', document.querySelector('[name=__RequestVerificationToken]').value);
                  form.set('confirm', 'default');
                  form.set('name', 'mine');
                  return (await fetch(`/dashboard/${path}`, { method: 'POST', body: form })).status;
                }
                """,
                path);
            Assert.Equal((int)HttpStatusCode.Forbidden, status);
        }

        visitor.AssertContent("403");
    }
}
