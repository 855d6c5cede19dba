using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Benchmarks.Scale;

/// <summary>One stage's worker processes on a broker of their own, fed by Upload; nothing comes after them.</summary>
internal static class StageScaling
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task<StageFigures> RunAsync(
        RabbitMqServer broker, RedisServer redis, string folder, ImageCopies copies, ScaleArguments arguments, int workers)
    {
        await using var virtualHost = await broker.CreateVirtualHostAsync();
        var endpoint = arguments.Service == "SiftExtraction" ? "sift-extraction" : "cnn-extraction";
        await using var services = await ServiceCluster.StartAsync(
            virtualHost.AmqpUri, redis.ConnectionString, folder, new Dictionary<string, string>
            {
                ["Storage:State:KeyPrefix"] = RedisServer.NewKeyPrefix(),
                ["Upload:Collections:0"] = BenchmarkImage.Collection,
                ["Upload:AllowedRoots:0"] = copies.Folder,
                [$"Messaging:Endpoints:{endpoint}:Concurrency"] = "1",
                [$"Messaging:Endpoints:{endpoint}:Prefetch"] = "4",
                ["Onnx:Backbone:Concurrency"] = "1",
            },
            ["Upload", .. Enumerable.Repeat(arguments.Service, workers)]);
        var images = await copies.MakeAsync((8 * workers) + arguments.Count);
        var watch = new FeatureWatch();
        await using var bus = await BusHost.StartAsync(BusHost.Settings(virtualHost.AmqpUri), collection => collection
            .AddSingleton(watch).AddPipelineConsumers(consumers => consumers.AddConsumer<FeatureWatchConsumer, FeatureWatchConsumerDefinition>()));

        // The first ones make every worker compile its code.
        await UploadAsync(bus, images.Take(8 * workers));
        await watch.WaitAsync(8 * workers, Patience);
        var before = ProcessorTime();
        await UploadAsync(bus, images.Skip(8 * workers));
        await watch.WaitAsync(images.Count, Patience);
        var cpu = ProcessorTime() - before;
        var times = watch.Times.Skip(8 * workers).ToArray();
        var figures = new StageFigures(
            workers,
            Math.Round((times.Length - 1) / Stopwatch.GetElapsedTime(times[0], times[^1]).TotalSeconds, 2),
            Math.Round(cpu.TotalSeconds / arguments.Count, 4));
        await services.StopAsync();
        return figures;

        TimeSpan ProcessorTime() => services.Processes.Where(process => process.Project == arguments.Service)
            .Aggregate(TimeSpan.Zero, (sum, process) => sum + process.ProcessorTime());
    }

    private static Task UploadAsync(BusHost bus, IEnumerable<BenchmarkImage> images) => Parallel.ForEachAsync(
        images,
        new ParallelOptions { MaxDegreeOfParallelism = 8 },
        async (image, ct) => await bus.PublishAsync(
            new ImageUploaded
            {
                UploadId = Guid.CreateVersion7(),
                Collection = BenchmarkImage.Collection,
                ExternalId = Path.GetFileName(image.Path),
                Source = new Contracts.ImageSource { Uri = new Uri(image.Path).AbsoluteUri },
            },
            ct));

    /// <summary>When each image's features were announced.</summary>
    internal sealed class FeatureWatch
    {
        private readonly Lock _gate = new();
        private readonly List<long> _times = [];
        private readonly HashSet<Guid> _images = [];

        public IReadOnlyList<long> Times
        {
            get
            {
                lock (_gate)
                {
                    return [.. _times];
                }
            }
        }

        public void Done(Guid image)
        {
            lock (_gate)
            {
                if (_images.Add(image))
                {
                    _times.Add(Stopwatch.GetTimestamp());
                }
            }
        }

        public Task WaitAsync(int images, TimeSpan patience) => Eventually.TrueAsync(() => Times.Count >= images, patience, () => $"{Times.Count} of {images} are done.");
    }

    internal sealed class FeatureWatchConsumer(FeatureWatch watch) : IConsumer<SiftExtracted>, IConsumer<CnnExtracted>
    {
        public Task Consume(ConsumeContext<SiftExtracted> context) => Note(context.Message.ImageId);

        public Task Consume(ConsumeContext<CnnExtracted> context) => Note(context.Message.ImageId);

        private Task Note(Guid image)
        {
            watch.Done(image);
            return Task.CompletedTask;
        }
    }

    internal sealed class FeatureWatchConsumerDefinition()
        : PipelineConsumerDefinition<FeatureWatchConsumer>("feature-watch", EndpointKind.Interactive, concurrency: 8, prefetch: 64);
}
