namespace Pipeline.Tests.Support;

/// <summary>Services as separate processes on one broker, one Redis and one folder, configured as <c>infra/up</c> does it.</summary>
public sealed class ServiceCluster : IAsyncDisposable
{
    private readonly List<ServiceProcess> _processes = [];

    private ServiceCluster(string folder) => Folder = folder;

    /// <summary>Every service that takes part in the work: all but the dashboard, which watches.</summary>
    public static IReadOnlyList<string> AllServices { get; } =
        ["Upload", "SiftExtraction", "CnnExtraction", "HashEncoding", "Indexing", "NeighbourMining", "ModelUpdating", "Gateway"];

    /// <summary>Holds blobs, index and logs.</summary>
    public string Folder { get; }

    /// <summary>Where the Indexing service keeps the index.</summary>
    public string IndexPath => Path.Combine(Folder, "index");

    /// <summary>The processes, in the order in which they were asked for.</summary>
    public IReadOnlyList<ServiceProcess> Processes => _processes;

    /// <summary>The process of a service that was asked for once.</summary>
    public ServiceProcess this[string service] => _processes.Single(process => process.Project == service);

    /// <summary>Starts the services and waits until all are ready.</summary>
    /// <param name="broker"><c>amqp://user:password@host:port/vhost</c></param>
    /// <param name="redis">Redis in StackExchange.Redis's form.</param>
    /// <param name="folder">For blobs, index and logs; created if need be.</param>
    /// <param name="settings">Configuration by <c>Section:Key</c>; wins over what the cluster sets.</param>
    /// <param name="services">Projects below <c>services/</c>, one a process; none means <see cref="AllServices"/>.</param>
    public static Task<ServiceCluster> StartAsync(
        Uri broker, string redis, string folder, IReadOnlyDictionary<string, string>? settings = null, params string[] services) =>
        StartAsync(broker, redis, folder, settings, _ => new Dictionary<string, string>(), services);

    /// <summary>Starts the services, each with settings of its own, and waits until all are ready.</summary>
    /// <param name="broker"><c>amqp://user:password@host:port/vhost</c></param>
    /// <param name="redis">Redis in StackExchange.Redis's form.</param>
    /// <param name="folder">For blobs, index and logs; created if need be.</param>
    /// <param name="settings">Configuration by <c>Section:Key</c>; wins over what the cluster sets.</param>
    /// <param name="settingsOf">A service's own, by its project's name; wins over the others. An empty value takes a setting back.</param>
    /// <param name="services">Projects below <c>services/</c>, one a process; none means <see cref="AllServices"/>.</param>
    public static async Task<ServiceCluster> StartAsync(
        Uri broker,
        string redis,
        string folder,
        IReadOnlyDictionary<string, string>? settings,
        Func<string, IReadOnlyDictionary<string, string>> settingsOf,
        params string[] services)
    {
        ArgumentNullException.ThrowIfNull(settingsOf);
        ArgumentNullException.ThrowIfNull(broker);
        ArgumentNullException.ThrowIfNull(services);
        var configuration = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Messaging:Transport"] = "RabbitMq",
            ["Messaging:Url"] = broker.ToString(),
            ["Storage:State:Provider"] = "Redis",
            ["Storage:State:ConnectionString"] = redis,
            ["Storage:Blobs:Root"] = Path.Combine(folder, "blobs"),
            ["Index:Path"] = Path.Combine(folder, "index"),
            ["Upload:Collections:0"] = "default",
        };
        foreach (var (key, value) in settings ?? new Dictionary<string, string>())
        {
            configuration[key] = value;
        }

        var logs = Directory.CreateDirectory(Path.Combine(folder, "logs")).FullName;
        var cluster = new ServiceCluster(folder);
        try
        {
            foreach (var service in services is [] ? AllServices : services)
            {
                var copy = cluster._processes.Count(process => process.Project == service) + 1;
                var own = new Dictionary<string, string>(configuration, StringComparer.OrdinalIgnoreCase);
                foreach (var (key, value) in settingsOf(service))
                {
                    own[key] = value;
                }

                cluster._processes.Add(ServiceProcess.Start(service, own, Path.Combine(logs, $"{service}-{copy}.log")));
            }

            await Task.WhenAll(cluster._processes.Select(process => process.WaitUntilReadyAsync(TimeSpan.FromMinutes(2))));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends all of them in the orderly way, side by side.</summary>
    public Task StopAsync() => Task.WhenAll(_processes.Select(process => process.StopAsync()));

    /// <summary>Ends what still runs, at once.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }
    }
}
