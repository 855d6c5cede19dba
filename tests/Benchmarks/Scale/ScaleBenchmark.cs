using Pipeline.Tests.Support;

namespace Pipeline.Tests.Benchmarks.Scale;

/// <summary>Measures how the system scales: workers of a stage, messages, and what an image costs.</summary>
internal static class ScaleBenchmark
{
    public static async Task<ScaleFigures> RunAsync(ScaleArguments arguments, Action<string> log)
    {
        // Below the working directory: the system's temporary folder is often in memory, where an fsync costs nothing.
        var folder = Directory.CreateDirectory(Path.Combine("artifacts", $"scale-benchmark-{Guid.NewGuid():N}")).FullName;
        await using var broker = await RabbitMqServer.StartAsync();
        try
        {
            // Ended before its folder goes: without that nobody knows what to end.
            await using var redis = await RedisServer.StartAsync(folder);
            var copies = new ImageCopies(arguments.Images, Path.Combine(folder, "images"));
            var messages = arguments.Messages > 0 ? await MessageRate.RunAsync(broker, arguments.Messages, log) : null;
            var stages = new List<StageFigures>();
            foreach (var workers in arguments.Workers)
            {
                var figures = await StageScaling.RunAsync(broker, redis, Path.Combine(folder, $"stage-{workers}"), copies, arguments, workers);
                stages.Add(figures);
                log($"{arguments.Service} × {workers}: {figures.ImagesPerSecond:0.0} images/s, {figures.CpuSecondsPerImage * 1000:0} CPU ms an image");
            }

            var cost = await WholeSystemCost.RunAsync(broker, redis, Path.Combine(folder, "whole"), copies, arguments.Count, log);
            return new ScaleFigures(arguments.Service, arguments.Count, Environment.ProcessorCount, stages, messages, cost);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
