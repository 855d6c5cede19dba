using System.Diagnostics;
using System.Text;
using System.Text.Json;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Catalog;
using Pipeline.Messaging;
using Pipeline.Messaging.Diagnostics;
using Pipeline.Standalone;
using Pipeline.Tests.Support;
using Pipeline.VectorIndex;
using RabbitMQ.Client;

namespace Pipeline.Tests.Integration.Pipelines;

/// <summary>All services in this process, talking over a virtual host of the real broker; state in a folder of its own.</summary>
public sealed class TestPipeline : IAsyncDisposable
{
    public const string Collection = "tests";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan HealthyWithin = TimeSpan.FromMinutes(2);

    // The broker reports depths that are up to a second old, so that an empty queue counts only if it stays empty.
    private static readonly TimeSpan StatisticsAge = TimeSpan.FromSeconds(2);

    private readonly RabbitMqVirtualHost _virtualHost;
    private readonly WebApplication _app;
    private readonly DirectoryInfo _folder;
    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private TestPipeline(RabbitMqVirtualHost virtualHost, WebApplication app, DirectoryInfo folder, IConnection connection, IChannel channel)
    {
        _virtualHost = virtualHost;
        _app = app;
        _folder = folder;
        _connection = connection;
        _channel = channel;
    }

    public IServiceProvider Services => _app.Services;

    public ImageCatalog Images => Services.GetRequiredService<ImageCatalog>();

    public UploadCatalog Uploads => Services.GetRequiredService<UploadCatalog>();

    public IVectorIndex Index => Services.GetRequiredService<IVectorIndex>();

    /// <summary>The folder that file references may point into.</summary>
    public string Pictures => Path.Combine(_folder.FullName, "pictures");

    /// <summary>The folder that blobs are in.</summary>
    public string Blobs => Path.Combine(_folder.FullName, "blobs");

    public Uri Gateway => new(_app.Urls.First());

    public RabbitMqVirtualHost VirtualHost => _virtualHost;

    /// <summary>Starts everything, and waits until all queues are there.</summary>
    public static async Task<TestPipeline> StartAsync(RabbitMqServer server, params (string Key, string Value)[] settings)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(settings);
        var virtualHost = await server.CreateVirtualHostAsync();
        var folder = Directory.CreateTempSubdirectory("pipeline-test-");
        folder.CreateSubdirectory("pictures");
        var app = Build(server, virtualHost, folder, settings);
        try
        {
            await app.StartAsync();

            // The process starts without waiting for the broker; what is published before its queues are bound would vanish.
            var bus = app.Services.GetRequiredService<IBusControl>();
            await Eventually.TrueAsync(() => bus.CheckHealth().Status == BusHealthStatus.Healthy, HealthyWithin, () => Unhealthy(bus));
        }
        catch
        {
            using var atOnce = new CancellationTokenSource(TimeSpan.FromSeconds(5));

            // A bus that did not start does not stop in order either; what it says then adds nothing.
            await app.StopAsync(atOnce.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await app.DisposeAsync();
            await virtualHost.DisposeAsync();
            folder.Delete(recursive: true);
            throw;
        }

        var factory = new ConnectionFactory { Uri = virtualHost.AmqpUri, UserName = server.User, Password = server.Password };
        var connection = await factory.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        return new TestPipeline(virtualHost, app, folder, connection, channel);
    }

    private static WebApplication Build(
        RabbitMqServer server, RabbitMqVirtualHost virtualHost, DirectoryInfo folder, (string Key, string Value)[] settings) =>
        StandaloneHost.Build([], builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["urls"] = "http://127.0.0.1:0",
                ["Messaging:Transport"] = "RabbitMq",
                ["Messaging:Url"] = virtualHost.AmqpUri.AbsoluteUri,
                ["Messaging:User"] = server.User,
                ["Messaging:Password"] = server.Password,
                ["Storage:Blobs:Root"] = Path.Combine(folder.FullName, "blobs"),
                ["Storage:State:Path"] = Path.Combine(folder.FullName, "state.db"),
                ["Index:Path"] = Path.Combine(folder.FullName, "index.db"),
                ["Upload:Collections:0"] = Collection,
                ["Upload:AllowedRoots:0"] = Path.Combine(folder.FullName, "pictures"),
                ["Logging:LogLevel:Default"] = "Warning",
            });
            builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        });

    private static string Unhealthy(IBusControl bus)
    {
        var health = bus.CheckHealth();
        return string.Join("; ", health.Endpoints.Where(e => e.Value.Status != BusHealthStatus.Healthy).Select(e => $"{e.Key}: {e.Value.Description} {e.Value.Exception?.Message}"));
    }

    /// <summary>Writes a picture below <see cref="Pictures"/> and answers its file reference.</summary>
    public string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(Pictures, name);
        File.WriteAllBytes(path, bytes);
        return new Uri(path).AbsoluteUri;
    }

    /// <summary>Publishes an upload as another system would: plain JSON to the event's exchange.</summary>
    public async Task<Guid> UploadAsync(object source, string collection = Collection, string? externalId = null, Guid? uploadId = null)
    {
        var id = uploadId ?? Guid.NewGuid();
        await PublishAsync(JsonSerializer.Serialize(new { schemaVersion = 1, uploadId = id, collection, externalId, source }, JsonSerializerOptions.Web));
        return id;
    }

    /// <summary>Publishes any text to the upload event's exchange.</summary>
    public async Task PublishAsync(string body, string? messageId = null) =>
        await _channel.BasicPublishAsync(
            "Pipeline.Contracts.Events:ImageUploaded",
            routingKey: "",
            mandatory: true,
            new BasicProperties { ContentType = "application/json", Persistent = true, MessageId = messageId },
            Encoding.UTF8.GetBytes(body));

    /// <summary>Publishes an event or command as the services do.</summary>
    public async Task SendAsync<T>(T message)
        where T : class
    {
        await using var scope = Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IEventPublisher>().PublishAsync(message);
    }

    /// <summary>Sends a message to where its kind is heard, with the header that names a life of its collection.</summary>
    public async Task SendStampedAsync<T>(T message, int life)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(message);
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                messageId = Guid.NewGuid(),
                messageType = (string[])[$"urn:message:{typeof(T).Namespace}:{typeof(T).Name}"],
                headers = new Dictionary<string, object> { [ICollectionLives.Header] = life },
                message,
            },
            PipelineJson.Options);
        await _channel.BasicPublishAsync(
            $"{typeof(T).Namespace}:{typeof(T).Name}",
            routingKey: "",
            mandatory: true,
            new BasicProperties { ContentType = "application/vnd.masstransit+json", Persistent = true },
            body);
    }

    /// <summary>Listens to the events of one type from now on.</summary>
    public Task<EventTap> TapAsync<T>() => EventTap.OpenAsync<T>(_connection);

    /// <summary>Waits until the upload is an image or rejected.</summary>
    public Task<UploadRecord> SettledAsync(Guid uploadId) =>
        Eventually.FindAsync(async ct => await Uploads.GetAsync(uploadId, ct) is { Status: not UploadStatus.Received } upload ? upload : null, Patience, $"The end of upload {uploadId}");

    /// <summary>Waits until the upload's image is indexed or rejected.</summary>
    public async Task<ImageRecord> FinishedAsync(Guid uploadId)
    {
        var upload = await SettledAsync(uploadId);
        return await Eventually.FindAsync(
            async ct => await Images.GetAsync(Collection, upload.ImageId ?? uploadId, ct) is { Status: ImageStatus.Indexed or ImageStatus.Rejected } record ? record : null,
            Patience,
            $"The end of image {upload.ImageId}");
    }

    /// <summary>Waits until the image's record is as wanted.</summary>
    public Task<ImageRecord> ReachedAsync(Guid imageId, Func<ImageRecord, bool> isReached) =>
        Eventually.FindAsync(
            async ct => await Images.GetAsync(Collection, imageId, ct) is { } record && isReached(record) ? record : null,
            Patience,
            $"The state of image {imageId}");

    /// <summary>The image's point in the index, or null.</summary>
    public async Task<IndexPoint?> PointAsync(Guid imageId, CancellationToken ct)
    {
        var collection = await Services.GetRequiredService<CollectionCatalog>().GetAsync(Collection, ct);
        return collection?.Active is { } generation
            ? (await Index.GetAsync(generation.IndexName(Collection), [imageId], ct)).SingleOrDefault()
            : null;
    }

    /// <summary>
    /// Waits until no message is waiting or being worked on in any queue, those of errors, quarantine and retries included. A message that passes
    /// from stage to stage may miss each queue's report: what the endpoints themselves count must rest as well.
    /// </summary>
    public async Task QuietAsync()
    {
        IReadOnlyList<QueueDepth> busy = [];
        var quiet = Stopwatch.StartNew();
        long before = -1;
        try
        {
            await Eventually.TrueAsync(
                async ct =>
                {
                    busy = [.. (await _virtualHost.ListQueuesAsync(ct)).Where(q => q.Total > 0)];
                    var (inFlight, ended) = Deliveries();
                    if (busy.Count > 0 || inFlight > 0 || ended != before)
                    {
                        quiet.Restart();
                    }

                    before = ended;

                    return quiet.Elapsed > StatisticsAge;
                },
                Patience,
                "Empty queues");
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message} {string.Join(", ", busy)}", e);
        }
    }

    // Of the endpoints that work; questions are asked, and reports told, all the time.
    private (long InFlight, long Ended) Deliveries()
    {
        var endpoints = Services.GetRequiredService<EndpointActivity>().Read().Where(endpoint => !endpoint.Interactive).ToArray();
        return (
            endpoints.Sum(endpoint => endpoint.InFlight),
            endpoints.Sum(endpoint => endpoint.Done + endpoint.Rejected + endpoint.Failed + endpoint.Redelivered));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _virtualHost.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
