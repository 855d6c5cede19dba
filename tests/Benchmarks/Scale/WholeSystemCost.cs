using Pipeline.Tests.Support;

namespace Pipeline.Tests.Benchmarks.Scale;

/// <summary>All services at work on new pictures, mining included: what an image costs in processor time and in every store.</summary>
internal static class WholeSystemCost
{
    public static async Task<ImageCost> RunAsync(RabbitMqServer broker, RedisServer redis, string folder, ImageCopies copies, int count, Action<string> log)
    {
        await using var virtualHost = await broker.CreateVirtualHostAsync();
        await using var services = await ServiceCluster.StartAsync(
            virtualHost.AmqpUri, redis.ConnectionString, folder, new Dictionary<string, string>
            {
                ["Storage:State:KeyPrefix"] = RedisServer.NewKeyPrefix(),
                ["Upload:Collections:0"] = BenchmarkImage.Collection,
                ["Upload:AllowedRoots:0"] = copies.Folder,
                // One image's way, not what is learned from many.
                ["Mining:Vocabulary:Automatic"] = "false",
                ["ModelUpdating:Automatic"] = "false",
                ["Hashing:Training:Automatic"] = "false",
            });
        await using var bus = await BusHost.StartAsync(BusHost.Settings(virtualHost.AmqpUri), Uploads.Add);
        var uploads = new Uploads(bus.Services);
        await uploads.RunAsync(await copies.MakeAsync(Math.Min(40, count)), _ => { });
        await DrainedAsync();
        var (cpu, bytes) = (ProcessorTime(), await BytesAsync());
        await uploads.RunAsync(await copies.MakeAsync(count), _ => { });
        await DrainedAsync();
        var (cpuAfter, bytesAfter) = (ProcessorTime(), await BytesAsync());
        await services.StopAsync();
        var cost = new ImageCost(
            count,
            cpuAfter.ToDictionary(pair => pair.Key, pair => Math.Round((pair.Value - cpu[pair.Key]).TotalSeconds / count, 4)),
            bytesAfter.ToDictionary(pair => pair.Key, pair => (pair.Value - bytes.GetValueOrDefault(pair.Key)) / count));
        log($"an image, CPU s: {string.Join(", ", cost.CpuSeconds.Select(pair => $"{pair.Key} {pair.Value:0.0000}"))}");
        log($"an image, bytes: {string.Join(", ", cost.Bytes.Select(pair => $"{pair.Key} {pair.Value:N0}"))}");
        return cost;

        Task DrainedAsync() => virtualHost.WaitForQueuesAsync(queues => queues.All(queue => queue.Total == 0), TimeSpan.FromMinutes(2));

        Dictionary<string, TimeSpan> ProcessorTime()
        {
            var times = services.Processes.ToDictionary(process => process.Project, process => process.ProcessorTime());
            foreach (var (name, pid) in new[] { ("RabbitMQ", broker.Pid), ("Redis", redis.Pid) })
            {
                if (pid is { } id)
                {
                    using var process = System.Diagnostics.Process.GetProcessById(id);
                    times[name] = process.TotalProcessorTime;
                }
            }

            return times;
        }

        async Task<Dictionary<string, long>> BytesAsync()
        {
            // By the first part of their keys.
            var blobs = new DirectoryInfo(Path.Combine(folder, "blobs", "objects"));
            var sizes = blobs.EnumerateDirectories().Where(part => part.Name is not "artifacts")
                .ToDictionary(part => $"blobs/{part.Name}", SizeOf);
            sizes["index"] = SizeOf(new DirectoryInfo(services.IndexPath));
            sizes["Redis memory"] = await redis.UsedMemoryAsync();
            return sizes;
        }
    }

    private static long SizeOf(DirectoryInfo folder) => folder.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
}
