using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;
using Pipeline.Storage;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Faults;

/// <summary>
/// All services as processes on RabbitMQ and Redis, with uploads coming in from another system while a test does harm.
/// </summary>
internal sealed partial class FaultRun : IAsyncDisposable
{
    private const int GoodImages = 80;
    private const int BadFiles = 4;
    private static readonly TimeSpan UploadPause = TimeSpan.FromMilliseconds(25);

    private readonly RabbitMqVirtualHost _virtualHost;
    private readonly RedisStateStore _state;
    private readonly BusHost _otherSystem;
    private readonly string _folder;
    private readonly string _blobs;
    private readonly Uploads _uploads;
    private readonly Probe<ImageIndexed> _indexed;
    private bool _settled;

    private FaultRun(
        RabbitMqVirtualHost virtualHost,
        RedisStateStore state,
        ServiceCluster cluster,
        BusHost otherSystem,
        string folder,
        string blobs,
        Uploads uploads,
        Probe<ImageIndexed> indexed)
    {
        (_virtualHost, _state, Cluster, _otherSystem, _folder, _blobs, _uploads, _indexed) =
            (virtualHost, state, cluster, otherSystem, folder, blobs, uploads, indexed);
        Settled = new Settlement(state, uploads);
    }

    public ServiceCluster Cluster { get; }

    public Settlement Settled { get; }

    /// <summary>Where services die, if the run was started so.</summary>
    public CrashPoints? Crashes { get; private init; }

    public Uploads Uploads => _uploads;

    /// <summary>Starts everything; nothing is uploaded yet.</summary>
    /// <param name="servers">Where Redis is, and the broker unless one is given.</param>
    /// <param name="seed">For the images.</param>
    /// <param name="blobs">Folder of the blobs, where it matters.</param>
    /// <param name="broker">A broker of the test's own, to be killed.</param>
    /// <param name="crashes">Where services are to die.</param>
    public static async Task<FaultRun> StartAsync(
        SharedServers servers, int seed, string? blobs = null, RabbitMqServer? broker = null, Func<string, CrashPoints>? crashes = null)
    {
        broker ??= await servers.RabbitMqAsync();
        var redis = await servers.RedisAsync();
        var folder = Directory.CreateTempSubdirectory("pipeline-faults-").FullName;
        var virtualHost = await broker.CreateVirtualHostAsync();
        var prefix = RedisServer.NewKeyPrefix();
        blobs ??= Path.Combine(folder, "blobs");
        var points = crashes?.Invoke(folder);
        var cluster = await ServiceCluster.StartAsync(virtualHost.AmqpUri, redis.ConnectionString, folder, new Dictionary<string, string>(points?.Settings ?? new Dictionary<string, string>())
        {
            ["Storage:State:KeyPrefix"] = prefix,
            ["Storage:Blobs:Root"] = blobs,
            ["Messaging:PublishTimeout"] = "00:00:05",
            ["Messaging:PublishRetries"] = "10",
            ["Messaging:RedeliveryDelay"] = "00:00:01",
            ["Messaging:MaxProbeInterval"] = "00:00:01",
        });
        var indexed = new Probe<ImageIndexed>();
        var settings = BusHost.Settings(virtualHost.AmqpUri);
        settings["Messaging:PublishTimeout"] = "00:00:05";
        settings["Messaging:PublishRetries"] = "20";
        var otherSystem = await BusHost.StartAsync(settings, services =>
        {
            services.AddSingleton(indexed);
            services.AddPipelineConsumers(bus => bus.AddConsumer<ProbeConsumer<ImageIndexed>>(typeof(IndexedProbeDefinition)));
        });
        return new FaultRun(
            virtualHost,
            new RedisStateStore(redis.ConnectionString, prefix, TimeSpan.FromSeconds(30)),
            cluster,
            otherSystem,
            folder,
            blobs,
            Uploads.Create(GoodImages, BadFiles, seed),
            indexed)
        { Crashes = points };
    }

    /// <summary>Publishes all uploads at the pace of a busy system; completes when the broker has confirmed the last.</summary>
    public async Task UploadAsync()
    {
        foreach (var upload in _uploads.All)
        {
            await _otherSystem.PublishAsync(upload.ToEvent());
            await Task.Delay(UploadPause);
        }
    }

    /// <summary>Publishes all uploads at once, so that every worker has its hands full.</summary>
    public Task UploadAtOnceAsync() => Task.WhenAll(_uploads.All.Select(upload => _otherSystem.PublishAsync(upload.ToEvent())));

    /// <summary>Leaves an upload as a Gateway does that dies after it noted the upload and before it published it.</summary>
    public async Task NoteUnpublishedAsync(Upload upload)
    {
        var key = BlobKeys.Incoming(upload.UploadId);
        await new DirectoryBlobStore(_blobs).PutAsync(key, upload.Bytes, CancellationToken.None);
        var catalog = new UploadCatalog(_state, new ImageCatalog(_state, TimeProvider.System), TimeProvider.System);
        await catalog.ReceiveAsync(upload.ToEvent() with { Source = new ImageSource { ObjectKey = key } }, upload.ImageId, CancellationToken.None);
    }

    /// <summary>Every upload came to the right end exactly once, nothing is left in any queue, and nothing moves any more.</summary>
    public async Task AssertSettledAsync()
    {
        await Settled.CompleteAsync();
        var queues = await _virtualHost.WaitForQueuesAsync(all => all.All(queue => queue.Total == 0), TimeSpan.FromSeconds(40));
        Assert.Contains(queues, queue => queue.Name.EndsWith("_quarantine", StringComparison.Ordinal));
        // The catalog knows of the last image before it is announced, and the broker tells how long its queues were up to a second ago.
        await Eventually.TrueAsync(() => Announced() == GoodImages, TimeSpan.FromSeconds(60), () => $"{Announced()} images were announced.");
        await RestAsync();
        await Settled.AssertCatalogAsync();
        await Cluster.StopAsync();
        await Settlement.AssertIndexAsync(Cluster.IndexPath, _uploads);
        _settled = true;
    }

    public async ValueTask DisposeAsync()
    {
        await _otherSystem.DisposeAsync();
        await Cluster.DisposeAsync();
        await _state.DisposeAsync();
        await _virtualHost.DisposeAsync();
        // After a failure the services' logs stay to be read.
        if (_settled)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>Deliveries, retries and redeliveries of all services together.</summary>
    private int Announced() => _indexed.Messages.Select(message => message.ImageId).Distinct().Count();

    // Two seconds without a delivery, and nothing that waits for one.
    private async Task RestAsync()
    {
        double before = -1, after = -1;
        await Eventually.TrueAsync(
            async () =>
            {
                (before, after) = (after, await DeliveriesAsync());
                return before == after && (await _virtualHost.ListQueuesAsync()).All(queue => queue.Total == 0);
            },
            TimeSpan.FromSeconds(60),
            () => Task.FromResult($"Messages are delivered for ever: {before} by then, {after} two seconds later."),
            pause: TimeSpan.FromSeconds(2));
    }

    private async Task<double> DeliveriesAsync()
    {
        var pages = await Task.WhenAll(Cluster.Processes.Select(process => process.MetricsAsync()));
        var counts = pages.SelectMany(page => DeliveryCount().Matches(page)).ToArray();
        Assert.NotEmpty(counts);
        return counts.Sum(match => double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"^pipeline_message\w*_(?:consumed|retries|redeliveries)\w*_total(?:\{.*\})? ([0-9.eE+]+)", RegexOptions.Multiline)]
    private static partial Regex DeliveryCount();

    private sealed class IndexedProbeDefinition() : PipelineConsumerDefinition<ProbeConsumer<ImageIndexed>>("indexed-probe");
}
