using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;

namespace Pipeline.Tests.Benchmarks;

/// <summary>Uploads pictures by events that name their files, and waits until the last is indexed.</summary>
internal sealed class Uploads(IServiceProvider services)
{
    private const int Publishers = 8;

    // Whatever the machine does besides, a pipeline that gets nothing done for so long is broken.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Adds what an upload run needs to a host.</summary>
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<EndWatch>();
        services.AddPipelineConsumers(bus => bus.AddConsumer<EndWatchConsumer, EndWatchConsumerDefinition>());
    }

    /// <summary>The time from the first event to the last image in the index.</summary>
    public async Task<TimeSpan> RunAsync(IReadOnlyList<BenchmarkImage> images, Action<int> progress)
    {
        var watch = services.GetRequiredService<EndWatch>();
        var done = watch.ExpectAsync(images.Select(image => image.Id));
        var start = Stopwatch.GetTimestamp();
        var published = Parallel.ForEachAsync(images, new ParallelOptions { MaxDegreeOfParallelism = Publishers }, PublishAsync);
        var (ended, since) = (0, start);
        while (!done.IsCompleted)
        {
            await Task.WhenAny(done, Task.Delay(100));
            if (published.IsFaulted)
            {
                await published;
            }

            if (watch.Ended > ended)
            {
                (ended, since) = (watch.Ended, Stopwatch.GetTimestamp());
                progress(ended);
            }
            else if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                throw new TimeoutException($"{ended} of {images.Count} images are indexed, and none was added for {Patience}.");
            }
        }

        await done;
        var elapsed = Stopwatch.GetElapsedTime(start);
        await published;
        return elapsed;
    }

    private async ValueTask PublishAsync(BenchmarkImage image, CancellationToken ct)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IEventPublisher>().PublishAsync(
            new ImageUploaded
            {
                UploadId = Guid.CreateVersion7(),
                Collection = BenchmarkImage.Collection,
                ExternalId = Path.GetFileName(image.Path),
                Source = new ImageSource { Uri = new Uri(image.Path).AbsoluteUri },
            },
            ct);
    }
}
