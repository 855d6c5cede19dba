using System.Diagnostics;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Benchmarks;

/// <summary>Every service as a process of its own, on a real RabbitMQ and a real Redis; this process publishes and watches.</summary>
internal sealed class ProcessesContender : IContender
{
    public const string Title = "processes";
    private readonly RabbitMqServer _broker;
    private readonly RedisServer _redis;
    private readonly ServiceCluster _services;
    private readonly BusHost _bus;

    private ProcessesContender(RabbitMqServer broker, RedisServer redis, ServiceCluster services, BusHost bus) =>
        (_broker, _redis, _services, _bus) = (broker, redis, services, bus);

    public string Name => Title;

    public static async Task<ProcessesContender> StartAsync(string data, string images)
    {
        var started = new Stack<IAsyncDisposable>();
        try
        {
            var broker = Keep(await RabbitMqServer.StartAsync());
            var redis = Keep(await RedisServer.StartAsync(data));
            var services = Keep(await ServiceCluster.StartAsync(broker.AmqpUri, redis.ConnectionString, data, new Dictionary<string, string>
            {
                ["Upload:Collections:0"] = BenchmarkImage.Collection,
                ["Upload:AllowedRoots:0"] = images,
                // The bare loop mines nothing either.
                ["Mining:Enabled"] = "false",
            }));
            var settings = BusHost.Settings(broker.AmqpUri);
            var bus = Keep(await BusHost.StartAsync(settings, Uploads.Add));
            return new ProcessesContender(broker, redis, services, bus);
        }
        catch
        {
            while (started.TryPop(out var part))
            {
                await part.DisposeAsync();
            }

            throw;
        }

        T Keep<T>(T part)
            where T : IAsyncDisposable
        {
            started.Push(part);
            return part;
        }
    }

    public Task<TimeSpan> RunAsync(IReadOnlyList<BenchmarkImage> images, Action<int> progress) => new Uploads(_bus.Services).RunAsync(images, progress);

    /// <summary>The most memory that each service ever held, in MB.</summary>
    public IReadOnlyDictionary<string, double> PeakMb() =>
        _services.Processes.ToDictionary(process => process.Project, process => Math.Round(process.PeakMemory() / 1e6, 1));

    public IReadOnlyDictionary<string, TimeSpan> ProcessorTime()
    {
        var times = _services.Processes.ToDictionary(process => process.Project, process => TimeOf(process.Pid));
        times["publisher"] = TimeOf(Environment.ProcessId);
        if (_broker.Pid is { } broker)
        {
            times["RabbitMQ"] = TimeOf(broker);
        }

        if (_redis.Pid is { } redis)
        {
            times["Redis"] = TimeOf(redis);
        }

        return times;
    }

    public async ValueTask DisposeAsync()
    {
        await _bus.DisposeAsync();
        await _services.StopAsync();
        await _services.DisposeAsync();
        await _redis.DisposeAsync();
        await _broker.DisposeAsync();
    }

    private static TimeSpan TimeOf(int pid)
    {
        using var process = Process.GetProcessById(pid);
        return process.TotalProcessorTime;
    }
}
