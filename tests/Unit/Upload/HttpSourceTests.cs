using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Upload;
using Pipeline.Upload.Sources;
using Xunit;

namespace Pipeline.Tests.Unit.Upload;

public sealed class HttpSourceTests : IAsyncLifetime
{
    private const long MaxBytes = 200_000;
    private static readonly byte[] Content = [1, 2, 3];
    private readonly WebApplication _server;
    private int _secretReads;

    public HttpSourceTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.MapGet("/a.jpg", () => Results.Bytes(Content));
        _server.MapGet("/redirect", () => Results.Redirect("/secret"));
        _server.MapGet("/secret", () => Interlocked.Increment(ref _secretReads));
        _server.MapGet("/away", () => Results.StatusCode(503));
        _server.MapGet("/declared", DeclareTooMuchAsync);
        _server.MapGet("/endless", WriteForeverAsync);
        _server.MapGet("/silent", (HttpContext context) => Task.Delay(Timeout.Infinite, context.RequestAborted));
    }

    private Uri Server => new(_server.Urls.First());

    public Task InitializeAsync() => _server.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Fetches_from_a_listed_host() => Assert.Equal(Content, (await FetchAsync("/a.jpg")).Bytes);

    [Fact]
    public async Task Does_not_follow_a_redirect()
    {
        Assert.Equal(RejectionReasons.SourceNotFound, (await FetchAsync("/redirect")).Rejection?.Reason);
        Assert.Equal(0, _secretReads);
    }

    [Fact]
    public async Task Finds_nothing_where_the_host_has_nothing() =>
        Assert.Equal(RejectionReasons.SourceNotFound, (await FetchAsync("/missing")).Rejection?.Reason);

    [Fact]
    public async Task A_host_in_trouble_is_worth_another_attempt() =>
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Assert.ThrowsAsync<HttpRequestException>(() => FetchAsync("/away"))).StatusCode);

    [Theory]
    [InlineData("/declared")]
    [InlineData("/endless")]
    public async Task Stops_at_too_many_bytes_declared_or_not(string path) =>
        Assert.Equal(RejectionReasons.TooManyBytes, (await FetchAsync(path)).Rejection?.Reason);

    [Fact]
    public async Task Gives_up_on_a_host_that_does_not_answer() =>
        await Assert.ThrowsAsync<TimeoutException>(() => FetchAsync("/silent", options => options.FetchTimeout = TimeSpan.FromMilliseconds(200)));

    [Fact]
    public async Task Refuses_a_host_that_is_not_listed() =>
        Assert.Equal(RejectionReasons.ForbiddenReference, (await FetchAsync("/a.jpg", options => options.AllowedHosts = ["example.org"])).Rejection?.Reason);

    [Fact]
    public async Task Refuses_a_listed_host_at_a_private_address() =>
        Assert.Equal(RejectionReasons.ForbiddenReference, (await FetchAsync("/a.jpg", options => options.PrivateHosts = [])).Rejection?.Reason);

    [Fact]
    public async Task Refuses_a_listed_name_that_resolves_to_a_private_address()
    {
        using var source = new HttpSource(Options.Create(new UploadOptions { AllowedHosts = ["localhost"] }));

        var result = await source.FetchAsync(new Uri($"http://localhost:{Server.Port}/a.jpg"), MaxBytes, CancellationToken.None);

        Assert.Equal(RejectionReasons.ForbiddenReference, result.Rejection?.Reason);
    }

    private static async Task DeclareTooMuchAsync(HttpContext context)
    {
        context.Response.ContentLength = MaxBytes + 1;
        await context.Response.Body.FlushAsync();
        await Task.Delay(Timeout.Infinite, context.RequestAborted);
    }

    private static async Task WriteForeverAsync(HttpContext context)
    {
        var chunk = new byte[10_000];
        while (true)
        {
            await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
        }
    }

    private async Task<FetchResult> FetchAsync(string path, Action<Settings>? change = null)
    {
        var settings = new Settings { AllowedHosts = [Server.Authority], PrivateHosts = [Server.Authority] };
        change?.Invoke(settings);
        using var source = new HttpSource(Options.Create(new UploadOptions
        {
            AllowedHosts = settings.AllowedHosts,
            PrivateHosts = settings.PrivateHosts,
            FetchTimeout = settings.FetchTimeout,
        }));
        return await source.FetchAsync(new Uri(Server, path), MaxBytes, CancellationToken.None);
    }

    private sealed class Settings
    {
        public string[] AllowedHosts { get; set; } = [];

        public string[] PrivateHosts { get; set; } = [];

        public TimeSpan FetchTimeout { get; set; } = TimeSpan.FromSeconds(20);
    }
}
