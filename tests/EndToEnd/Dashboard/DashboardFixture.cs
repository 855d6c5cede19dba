using System.Security.Cryptography;
using System.Text;
using Microsoft.Playwright;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Dashboard;

/// <summary>Every service and the dashboard as processes on RabbitMQ and Redis, and a browser.</summary>
public sealed class DashboardFixture : IAsyncLifetime
{
    public const string ViewerKey = "viewer-key";
    public const string OperatorKey = "operator-key";
    public const string AdminKey = "admin-key";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dashboard-");
    private RabbitMqServer? _rabbitMq;
    private RedisServer? _redis;
    private RabbitMqVirtualHost? _virtualHost;
    private IPlaywright? _playwright;

    public ServiceCluster Services { get; private set; } = null!;

    public IBrowser Browser { get; private set; } = null!;

    public Uri Broker => _virtualHost!.AmqpUri;

    public Uri Dashboard => Services["Dashboard"].Url;

    public Uri Gateway => Services["Gateway"].Url;

    public async Task InitializeAsync()
    {
        try
        {
            await StartAsync();
        }
        catch
        {
            // Nobody disposes of a fixture that did not come to be.
            await DisposeAsync();
            throw;
        }
    }

    private async Task StartAsync()
    {
        var redis = RedisServer.StartAsync();
        _rabbitMq = await RabbitMqServer.StartAsync();
        _redis = await redis;
        _virtualHost = await _rabbitMq.CreateVirtualHostAsync();
        var settings = new Dictionary<string, string>
        {
            ["Storage:State:KeyPrefix"] = RedisServer.NewKeyPrefix(),
            ["Messaging:RetryCount"] = "1",
            ["Messaging:RedeliveryLimit"] = "0",
            ["Messaging:DeliveryLimit"] = "2",
            ["Index:Deletion:Settle"] = "00:00:05",
        };
        foreach (var (i, (name, key, role)) in new[] { ("vera", ViewerKey, "read"), ("otto", OperatorKey, "write"), ("ada", AdminKey, "admin") }.Index())
        {
            settings[$"Dashboard:ApiKeys:{i}:Name"] = name;
            settings[$"Dashboard:ApiKeys:{i}:Sha256"] = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
            settings[$"Dashboard:ApiKeys:{i}:Role"] = role;
        }

        Services = await ServiceCluster.StartAsync(
            _virtualHost.AmqpUri, _redis.ConnectionString, _folder.FullName, settings, [.. ServiceCluster.AllServices, "Dashboard"]);
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox"] });
    }

    public async Task DisposeAsync()
    {
        if (Browser is not null)
        {
            await Browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (Services is not null)
        {
            await Services.DisposeAsync();
        }

        await (_virtualHost?.DisposeAsync() ?? default);
        await (_redis?.DisposeAsync() ?? default);
        await (_rabbitMq?.DisposeAsync() ?? default);
        _folder.Delete(recursive: true);
    }

    /// <summary>Puts back what a test that failed half-way may have left broken, so that it alone fails: moved blobs, processes that ended.</summary>
    public async Task MendAsync()
    {
        BringBlobsBack();
        foreach (var process in Services.Processes.Where(process => !process.IsRunning))
        {
            process.StartAgain();
        }

        await Task.WhenAll(Services.Processes.Select(process => process.WaitUntilReadyAsync(TimeSpan.FromMinutes(2))));
    }

    /// <summary>Takes the folder of the blobs away; a file in its place keeps everybody from making it anew.</summary>
    public void TakeBlobsAway()
    {
        Directory.Move(Blobs, BlobsElsewhere);
        // A service that looks for its folder at this moment makes it anew.
        Again(() => File.WriteAllText(Blobs, ""));
    }

    /// <summary>Puts the folder of the blobs back where it belongs.</summary>
    public void BringBlobsBack()
    {
        if (Directory.Exists(BlobsElsewhere))
        {
            File.Delete(Blobs);
            Again(() => Directory.Move(BlobsElsewhere, Blobs));
        }
    }

    private void Again(Action put)
    {
        for (var left = 20; ; left--)
        {
            try
            {
                put();
                return;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException && Directory.Exists(Blobs) && left > 0)
            {
                Directory.Delete(Blobs, recursive: true);
            }
        }
    }

    private string Blobs => Path.Combine(Services.Folder, "blobs");

    private string BlobsElsewhere => Path.Combine(Services.Folder, "blobs-elsewhere");

    /// <summary>A visitor with a browser of its own, signed in with a key unless that is null.</summary>
    public async Task<Visitor> VisitAsync(string? key, int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await Browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = Dashboard.ToString(), ViewportSize = new ViewportSize { Width = width, Height = 900 }, ColorScheme = scheme,
        });
        context.SetDefaultTimeout(Visitor.Patience);
        var visitor = new Visitor(context, await context.NewPageAsync(), Dashboard);
        if (key is not null)
        {
            await visitor.SignInAsync(key);
        }

        return visitor;
    }
}
