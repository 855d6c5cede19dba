using System.Text.Json;
using Microsoft.Playwright;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Dashboard;

/// <summary>Somebody at the dashboard. Whatever the browser complains of, and every request that leaves the dashboard, is noted.</summary>
public sealed class Visitor : IAsyncDisposable
{
    private static readonly Lazy<string> Axe = new(() => File.ReadAllText(Path.Combine(RepositoryRoot.Path, "infra/npm/node_modules/axe-core/axe.min.js")));
    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    public Visitor(IBrowserContext context, IPage page, Uri home)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Add($"{message.Type}: {message.Text} ({page.Url})");
            }
        };
        page.PageError += (_, error) => _complaints.Add(error);
        context.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(home.ToString(), StringComparison.Ordinal) && !request.Url.StartsWith("blob:", StringComparison.Ordinal))
            {
                _complaints.Add($"A request left for {request.Url}");
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
    public Task SeeAsync(string figure, string expression, float timeout = 20_000) => Page.WaitForFunctionAsync(
        $"name => {{ const text = document.querySelector(`[data-figure=\"${{name}}\"]`)?.textContent ?? ''; return {expression}; }}",
        figure,
        new PageWaitForFunctionOptions { Timeout = timeout });

    /// <summary>What of a page would keep somebody out, by axe-core: findings that are serious or critical.</summary>
    public async Task<IReadOnlyList<string>> BarriersAsync()
    {
        await Page.EvaluateAsync(Axe.Value);
        var result = await Page.EvaluateAsync<JsonElement>("async () => (await axe.run(document)).violations");
        return [.. result.EnumerateArray()
            .Where(violation => violation.GetProperty("impact").GetString() is "serious" or "critical")
            .Select(violation => $"{violation.GetProperty("id")}: {violation.GetProperty("help")} {violation.GetProperty("nodes")[0].GetProperty("html")}")];
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
