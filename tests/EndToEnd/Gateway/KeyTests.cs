using System.Net;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.EndToEnd.Gateway;

/// <summary>Who may do what, against Standalone with keys, bound beyond loopback.</summary>
public sealed class KeyTests : IAsyncLifetime
{
    private const int Burst = 20;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("keys-");
    private readonly List<GatewayClient> _clients = [];
    private ServiceProcess _process = null!;
    private Uri _url = null!;

    public async Task InitializeAsync()
    {
        var port = FreePort.Find();
        _url = new Uri($"http://127.0.0.1:{port}/");
        var settings = new Dictionary<string, string>
        {
            ["Kestrel:Endpoints:Http:Url"] = $"http://0.0.0.0:{port}",
            ["Storage:Blobs:Root"] = Path.Combine(_folder.FullName, "blobs"),
            ["Storage:State:Path"] = Path.Combine(_folder.FullName, "state.db"),
            ["Index:Path"] = Path.Combine(_folder.FullName, "index"),
            ["Gateway:RequestsPerSecond"] = "1",
            ["Gateway:RequestBurst"] = $"{Burst}",
        };
        (string Name, string Role, string? Collection, string? Tenant)[] keys =
            [("reader", "read", null, null), ("writer", "write", null, null), ("admin", "admin", null, null), ("limited", "write", "default", "acme"), ("hammer", "read", null, null)];
        foreach (var (i, key) in keys.Index())
        {
            var section = $"Gateway:ApiKeys:{i}";
            settings[$"{section}:Name"] = key.Name;
            settings[$"{section}:Sha256"] = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"secret-{key.Name}")));
            settings[$"{section}:Role"] = key.Role;
            if (key.Collection is not null)
            {
                settings[$"{section}:Collections:0"] = key.Collection;
                settings[$"{section}:Tenants:0"] = key.Tenant!;
            }
        }

        _process = ServiceProcess.Start("Standalone", settings, Path.Combine(_folder.FullName, "log"));
        using var http = new HttpClient();
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    using var response = await http.GetAsync(new Uri(_url, "health/ready"));
                    return response.IsSuccessStatusCode;
                }
                catch (HttpRequestException) when (_process.IsRunning)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(60),
            () => Task.FromResult(_process.LogTail()));
    }

    public async Task DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await _process.StopAsync();
        await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_key_opens_what_its_role_and_limits_allow_and_nothing_else()
    {
        var unauthenticated = await With(null).GetAsync("v1/collections/default");
        unauthenticated.AssertProblem(HttpStatusCode.Unauthorized, "unauthenticated");
        Assert.Equal("Bearer", unauthenticated.Headers["WWW-Authenticate"]);
        (await With("a guess").GetAsync("v1/collections/default")).AssertProblem(HttpStatusCode.Unauthorized, "unauthenticated");

        var (reader, writer, admin, limited) = (With("secret-reader"), With("secret-writer"), With("secret-admin"), With("secret-limited"));
        (await reader.GetAsync("v1/collections/default")).AssertOk();
        (await reader.UploadAsync("default", Pictures.Drawn(1))).AssertProblem(HttpStatusCode.Forbidden, "forbidden");
        (await writer.CreateCollectionAsync("new")).AssertProblem(HttpStatusCode.Forbidden, "forbidden");
        Assert.Equal(HttpStatusCode.Created, (await admin.CreateCollectionAsync("new")).Status);
        var id = await writer.IndexAsync("default", Pictures.Drawn(1));
        (await reader.SendAsync(HttpMethod.Delete, $"v1/collections/default/images/{id}")).AssertProblem(HttpStatusCode.Forbidden, "forbidden");
        Assert.Equal([id], (await reader.SearchAsync("default", Pictures.Drawn(1))).HitIds);

        (await limited.GetAsync("v1/collections/default?tenant=acme")).AssertOk();
        (await limited.GetAsync("v1/collections/new?tenant=acme")).AssertProblem(HttpStatusCode.Forbidden, "forbidden");
        (await limited.SearchAsync("default", Pictures.Drawn(1))).AssertProblem(HttpStatusCode.Forbidden, "forbidden");

        using var bearer = new HttpRequestMessage(HttpMethod.Get, new Uri(_url, "v1/collections/default"));
        bearer.Headers.Authorization = new("Bearer", "secret-reader");
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var response = await http.SendAsync(bearer);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        // One process, one set of keys.
        using var page = await http.GetAsync(new Uri(_url, "dashboard"));
        Assert.Equal(HttpStatusCode.Redirect, page.StatusCode);
        Assert.Contains("/dashboard/sign-in", page.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_caller_too_fast_is_told_to_wait_and_others_are_not()
    {
        var hammer = With("secret-hammer");
        var answers = await Task.WhenAll(Enumerable.Range(0, 3 * Burst).Select(_ => hammer.GetAsync("v1/collections/default")));

        var refused = answers.Where(a => a.Status != HttpStatusCode.OK).ToList();
        Assert.InRange(refused.Count, 1, 2 * Burst);
        Assert.All(refused, answer => answer.AssertProblem(HttpStatusCode.TooManyRequests, "rate-limited"));
        Assert.All(refused, answer => Assert.True(int.Parse(answer.Headers["Retry-After"], null) >= 1));
        (await With("secret-reader").GetAsync("v1/collections/default")).AssertOk();
        (await hammer.GetAsync("health/live")).AssertOk();
    }

    private GatewayClient With(string? key)
    {
        var client = new GatewayClient(_url, key);
        _clients.Add(client);
        return client;
    }
}
