using System.Net;
using System.Text;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Pipeline.Contracts.Commands;
using Pipeline.Tests.EndToEnd.Gateway;
using Pipeline.Tests.Support;
using RabbitMQ.Client;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Dashboard;

/// <summary>Failures in the browser: seen, looked at, driven again, discarded.</summary>
public sealed class FailureTests(DashboardFixture system) : DashboardTest(system)
{
    [Fact]
    public async Task A_message_that_failed_is_seen_with_its_exception_and_succeeds_when_driven_again_after_its_cause_is_gone()
    {
        using var gateway = new GatewayClient(Running.Gateway);
        var id = await gateway.IndexAsync("default", Pictures.Scene(1));
        var model = (string)(await gateway.GetAsync("v1/collections/default/model")).Body["version"]!;
        var encoder = (string)(await gateway.GetAsync("v1/collections/default/encoder")).Body["version"]!;
        var key = $"features/default/lost/{id:N}/1/{model}";
        var blobs = Path.Combine(Running.Services.Folder, "blobs", "objects");
        var damaged = Path.Combine(blobs, key);
        Directory.CreateDirectory(Path.GetDirectoryName(damaged)!);
        await File.WriteAllTextAsync(damaged, "damaged");
        await using var bus = await BusHost.StartAsync(BusHost.Settings(Running.Broker), _ => { });
        await bus.Services.GetRequiredService<IBus>().Publish(
            new EncodeImage { Collection = "default", ImageId = id, FeatureKey = key, ModelVersion = model, EncoderVersion = encoder });

        await using var visitor = await Running.VisitAsync(DashboardFixture.OperatorKey);
        await visitor.Page.GotoAsync("dashboard/failures?stage=re-encoding");
        await Eventually.TrueAsync(
            async () =>
            {
                await visitor.Page.ReloadAsync();
                return await visitor.Page.Locator("tbody tr").CountAsync() == 1;
            },
            TimeSpan.FromSeconds(60),
            () => Task.FromResult($"{Running.Services["Dashboard"].LogTail()}\n{Running.Services["HashEncoding"].LogTail()}"));
        Assert.Equal(1, await visitor.Page.Locator("tbody tr .thumbnail").CountAsync());
        Assert.Empty(await visitor.BarriersAsync());
        await visitor.KeepAsync("failures-1280-light");
        await visitor.Page.Locator("tbody tr a").ClickAsync();
        Assert.Contains("EncodeImage", await visitor.Page.Locator(".facts").TextContentAsync(), StringComparison.Ordinal);
        Assert.Contains(key, await visitor.Page.Locator("pre").Last.TextContentAsync(), StringComparison.Ordinal);
        Assert.Empty(await visitor.BarriersAsync());

        var features = Directory.GetFiles(Path.Combine(blobs, "features"), model, SearchOption.AllDirectories).First(path => path.Contains($"{id:N}", StringComparison.Ordinal) && path != damaged);
        File.Copy(features, damaged, overwrite: true);
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Re-drive" }).ClickAsync();
        Assert.StartsWith("1 driven again.", await visitor.Page.GetByRole(AriaRole.Status).TextContentAsync(), StringComparison.Ordinal);
        await Eventually.TrueAsync(
            async () => (await Running.Services["HashEncoding"].MetricsAsync()).Split('\n').Any(line =>
                line.StartsWith("pipeline_messages_consumed_total{endpoint=\"re-encoding\",outcome=\"done\"", StringComparison.Ordinal)),
            TimeSpan.FromSeconds(30));
        visitor.AssertContent();

        await using var admin = await Running.VisitAsync(DashboardFixture.AdminKey);
        await admin.Page.GotoAsync("dashboard/audit");
        await admin.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "otto (operator)" }).Filter(new() { HasText = "re-drive" }).First.WaitForAsync();
    }

    [Fact]
    public async Task Messages_that_wait_for_their_next_try_are_seen_and_stay_where_they_are()
    {
        await using var connection = await new ConnectionFactory { Uri = Running.Broker }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        for (var i = 0; i < 3; i++)
        {
            var properties = new BasicProperties
            {
                Persistent = true, Expiration = "600000", ContentType = "application/json",
                Headers = new Dictionary<string, object?> { ["pipeline-redeliveries"] = 1, ["pipeline-due-at"] = "2031-02-03T04:05:06Z", ["pipeline-retry-reason"] = $"TimeoutException: busy {i}" },
            };
            await channel.BasicPublishAsync("re-encoding_retry", "", mandatory: true, properties, Encoding.UTF8.GetBytes("""{"collection":"default"}"""));
        }

        await using var visitor = await Running.VisitAsync(DashboardFixture.ViewerKey, width: 390);
        for (var look = 0; look < 2; look++)
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    await visitor.Page.GotoAsync("dashboard/failures/retries?queue=re-encoding");
                    return await visitor.Page.Locator("tbody tr").CountAsync() == 3;
                },
                TimeSpan.FromSeconds(30));
        }

        var row = await visitor.Page.Locator("tbody tr").Filter(new() { HasText = "busy 1" }).TextContentAsync();
        Assert.Contains("2031-02-03 04:05:06", row, StringComparison.Ordinal);
        Assert.Empty(await visitor.BarriersAsync());
        Assert.True(await visitor.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth"));
        await visitor.KeepAsync("retries-390-light");
        visitor.AssertContent();
        Assert.Equal(3u, await channel.QueuePurgeAsync("re-encoding_retry"));
    }

    [Fact]
    public async Task A_rejection_is_seen_by_who_looks_and_discarded_by_who_may()
    {
        using var gateway = new GatewayClient(Running.Gateway);
        foreach (var length in (int[])[2000, 2100])
        {
            Assert.Equal(HttpStatusCode.Accepted, (await gateway.UploadAsync("default", [.. Pictures.Scene(2).Take(length)])).Status);
        }

        await using var viewer = await Running.VisitAsync(DashboardFixture.ViewerKey, width: 390, ColorScheme.Dark);
        await viewer.Page.GotoAsync("dashboard/failures?kind=rejection&collection=default");
        await Eventually.TrueAsync(
            async () =>
            {
                await viewer.Page.ReloadAsync();
                return await viewer.Page.Locator("tbody tr").CountAsync() >= 2;
            },
            TimeSpan.FromSeconds(60));
        Assert.Equal(0, await viewer.Page.GetByRole(AriaRole.Button, new() { Name = "Discard selected" }).CountAsync());
        Assert.True(await viewer.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth"));
        Assert.Empty(await viewer.BarriersAsync());
        await viewer.KeepAsync("failures-390-dark");
        viewer.AssertContent();

        await using var visitor = await Running.VisitAsync(DashboardFixture.OperatorKey);
        await visitor.Page.GotoAsync("dashboard/failures?kind=rejection&collection=default");
        var rows = await visitor.Page.Locator("tbody tr").CountAsync();
        await visitor.Page.GetByRole(AriaRole.Checkbox).First.CheckAsync();
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Discard selected" }).ClickAsync();
        Assert.Equal("1 discarded.", await visitor.Page.GetByRole(AriaRole.Status).TextContentAsync());
        Assert.Equal(rows - 1, await visitor.Page.Locator("tbody tr").CountAsync());

        // What matches is discarded only by who says so twice.
        var all = visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Discard all of them for good" });
        Assert.False(await all.IsVisibleAsync());
        await visitor.Page.GetByText("Discard all that match").ClickAsync();
        Assert.Empty(await visitor.BarriersAsync());
        await all.ClickAsync();
        Assert.Equal($"{rows - 1} discarded.", await visitor.Page.GetByRole(AriaRole.Status).TextContentAsync());
        Assert.Equal(0, await visitor.Page.Locator("tbody tr").CountAsync());
        visitor.AssertContent();
    }
}
