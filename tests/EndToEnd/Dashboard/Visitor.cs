using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Dashboard;

/// <summary>Somebody at the dashboard. Whatever the browser complains of, and every request that leaves the dashboard, is noted.</summary>
public sealed class Visitor : IAsyncDisposable
{
    /// <summary>Milliseconds that whatever is waited for may take: a wait that succeeds costs nothing.</summary>
    public const float Patience = 90_000;

    private static readonly Lazy<string> Axe = new(() => File.ReadAllText(Path.Combine(RepositoryRoot.Path, "infra/npm/node_modules/axe-core/axe.min.js")));
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = new();

    public Visitor(IBrowserContext context, IPage page, Uri home)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Enqueue($"{message.Type}: {message.Text} ({page.Url})");
            }
        };
        page.PageError += (_, error) => _complaints.Enqueue(error);
        context.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(home.ToString(), StringComparison.Ordinal) && !request.Url.StartsWith("blob:", StringComparison.Ordinal))
            {
                _complaints.Enqueue($"A request left for {request.Url}");
            }
        };
    }

    public IPage Page { get; }

    public async Task SignInAsync(string key)
    {
        await Page.GotoAsync("dashboard/sign-in");
        await Page.GetByLabel("API key").FillAsync(key);
        await Page.Keyboard.PressAsync("Enter");
        await Page.WaitForURLAsync("**/dashboard");
    }

    /// <summary>Waits until a live figure's text is as wanted.</summary>
    public Task SeeAsync(string figure, string expression, float timeout = Patience) => Page.WaitForFunctionAsync(
        $"name => {{ const text = document.querySelector(`[data-figure=\"${{name}}\"]`)?.textContent ?? ''; return {expression}; }}",
        figure,
        new PageWaitForFunctionOptions { Timeout = timeout });

    /// <summary>What of a page would keep somebody out, by axe-core: findings that are serious or critical.</summary>
    public async Task<IReadOnlyList<string>> BarriersAsync()
    {
        var result = await OnOnePageAsync(async () =>
        {
            await Page.EvaluateAsync(Axe.Value);
            return await Page.EvaluateAsync<JsonElement>("async () => (await axe.run(document)).violations");
        });
        return [.. result.EnumerateArray()
            .Where(violation => violation.GetProperty("impact").GetString() is "serious" or "critical")
            .Select(violation => $"{violation.GetProperty("id")}: {violation.GetProperty("help")} {violation.GetProperty("nodes")[0].GetProperty("html")}")];
    }

    /// <summary>Whether all of the page's width is on the screen.</summary>
    public Task<bool> FitsAsync() =>
        OnOnePageAsync(() => Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth"));

    /// <summary>Asks the page, and again if it loads itself anew meanwhile, as the pipeline's page does when an endpoint comes or goes.</summary>
    public async Task<T> OnOnePageAsync<T>(Func<Task<T>> ask)
    {
        ArgumentNullException.ThrowIfNull(ask);
        for (var left = 5; ; left--)
        {
            try
            {
                return await ask();
            }
            catch (PlaywrightException e) when (left > 0 && e.Message.Contains("context was destroyed", StringComparison.Ordinal))
            {
                await Page.WaitForLoadStateAsync();
            }
        }
    }

    /// <summary>Keeps what is seen among the run's artifacts.</summary>
    public Task KeepAsync(string name) => Page.ScreenshotAsync(new PageScreenshotOptions
    {
        Path = Path.Combine(RepositoryRoot.Path, "artifacts/screenshots", $"{name}.png"), FullPage = true,
    });

    /// <summary>Fails if the browser complained of anything but what is expected.</summary>
    public void AssertContent(params string[] expected) =>
        Assert.DoesNotContain(_complaints, complaint => !expected.Any(part => complaint.Contains(part, StringComparison.Ordinal)));

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
