using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pipeline.Storage;
using Pipeline.Tests.Support.Qdrant;
using Xunit;
using static Pipeline.Tests.Unit.VectorIndex.Points;

namespace Pipeline.Tests.Unit.VectorIndex.Qdrant;

/// <summary>A server that is away, slow, full, or trusts us as little as we trust it, and what callers see of it.</summary>
public sealed class QdrantFaultTests : QdrantScene
{
    [Fact]
    public async Task A_server_that_is_away_at_the_start_is_found_once_it_is_there()
    {
        await Server.StopAsync();
        await using var index = Open();

        await Assert.ThrowsAsync<StorageUnavailableException>(() => index.EnsureCollectionAsync("d", Schema));
        Assert.Contains(Server.Url.Authority, (await Assert.ThrowsAsync<StorageUnavailableException>(() => index.ProbeAsync(default))).Message, StringComparison.Ordinal);

        await Server.StartAgainAsync();
        await index.ProbeAsync(default);
        await index.EnsureCollectionAsync("d", Schema);
        Assert.Equal(["c", "d"], await index.ListCollectionsAsync());
    }

    [Fact]
    public async Task A_server_that_goes_away_and_comes_back_is_used_again()
    {
        await Server.StopAsync();
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Index.SearchAsync("c", Query));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => Index.UpsertAsync("c", [Point(2, ("cnn", East))]));

        await Server.StartAgainAsync();
        await Index.UpsertAsync("c", [Point(2, ("cnn", East))]);
        Assert.Equal(2, (await Index.SearchAsync("c", Query)).Count);
    }

    [Fact]
    public async Task A_slow_server_is_waited_for_up_to_the_time_out_and_not_asked_twice()
    {
        Server.Faults.Delay = TimeSpan.FromMilliseconds(400);
        Assert.Single(await Index.SearchAsync("c", Query));

        await using var impatient = Open(options => options.Timeout = TimeSpan.FromMilliseconds(150));
        var clock = Stopwatch.StartNew();
        var error = await Assert.ThrowsAsync<StorageUnavailableException>(() => impatient.SearchAsync("c", Query));

        Assert.Contains("00:00:00.15", error.Message, StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed, TimeSpan.FromMilliseconds(140), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Whoever_gives_up_does_not_wait_for_a_slow_server()
    {
        Server.Faults.Delay = TimeSpan.FromSeconds(20);
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Index.SearchAsync("c", Query, soon.Token));
    }

    [Fact]
    public async Task A_full_disk_stops_writes_and_no_searches()
    {
        Server.Faults.IsFull = true;
        var error = await Assert.ThrowsAsync<StorageUnavailableException>(() => Index.UpsertAsync("c", [Point(2, ("cnn", East))]));
        Assert.Contains("No space left", error.Message, StringComparison.Ordinal);
        Assert.Single(await Index.SearchAsync("c", Query));

        Server.Faults.IsFull = false;
        await Index.UpsertAsync("c", [Point(2, ("cnn", East))]);
        Assert.Equal(2, await Index.CountAsync("c"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("another")]
    public async Task A_wrong_key_names_the_setting_in_calls_and_in_the_probe(string key)
    {
        await using var index = Open(options => options.ApiKey = key);
        foreach (var call in (Func<Task>[])[() => index.ProbeAsync(default), () => index.SearchAsync("c", Query), () => index.EnsureCollectionAsync("c", Schema)])
        {
            var error = await Assert.ThrowsAsync<StorageUnavailableException>(call);
            Assert.Contains("Index:Qdrant:ApiKey", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("another", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_gets_neither_key_nor_request()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var server = await QdrantDouble.StartAsync(Key, certificate);
        await using var index = Open(options => (options.Url, options.Retries) = (server.Url, 0));

        await Assert.ThrowsAsync<StorageUnavailableException>(() => index.ProbeAsync(default));
        Assert.Empty(server.Exchanges);
    }
}
