using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Dashboard;
using Pipeline.Dashboard.Access;
using Pipeline.Dashboard.Audit;
using Pipeline.Hosting;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Unit.Dashboard;

/// <summary>What the pages before a session do when nobody is known yet, or the store is away.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private readonly StateFolder _folder = new();
    private readonly List<WebApplication> _hosts = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        await _folder.DisposeAsync();
    }

    [Fact]
    public async Task A_dashboard_that_starts_while_the_store_is_away_says_so_instead_of_failing()
    {
        using var http = await StartAsync(new AwayStore());
        using var answer = await http.GetAsync(new Uri(DashboardPaths.SignIn, UriKind.Relative));

        var page = await answer.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains(Texts.Access.StoreAwayTitle, page, StringComparison.Ordinal);
        Assert.DoesNotContain("<form", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_is_not_known_yet_may_not_send_more_than_a_key_takes()
    {
        using var http = await StartAsync(_folder.Store);
        using var form = new FormUrlEncodedContent([new("key", new string('k', SignInEndpoints.MaxForm))]);
        using var answer = await http.PostAsync(new Uri(DashboardPaths.SignIn, UriKind.Relative), form);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    private async Task<HttpClient> StartAsync(IStateStore store)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddRazorComponents();
        builder.Services.AddSingleton(store).AddSingleton(TimeProvider.System).AddSingleton<SignInAttempts>().AddSingleton<AuditLog>();
        builder.Services.Configure<DashboardOptions>(options => options.ApiKeys.Add(
            new ApiKeyOptions { Name = "otto", Role = Roles.Read, Sha256 = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes("a key"))) }));
        builder.Services.AddDashboardAccess();
        var app = builder.Build();
        _hosts.Add(app);
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGroup(DashboardPaths.Root).DisableAntiforgery().AddEndpointFilter(AntiforgeryCheck.RequireAsync).AddEndpointFilter(StoreFaults.ShowAsync).MapSignIn();
        await app.StartAsync();
        return new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };
    }
}
