using System.Text.Json;
using Pipeline.Contracts.Queries;
using Spectre.Console;

namespace Pipeline.Standalone.Demo;

/// <summary>The command <c>demo</c>: the main job, from picture files to figures, in one process without any server.</summary>
public static class DemoCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Runs the demo.</summary>
    /// <returns>0, or 2 if the command line or the files are not usable.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            var arguments = DemoArguments.Parse(args);
            if (arguments.Help)
            {
                AnsiConsole.WriteLine(DemoArguments.Usage);
                return 0;
            }

            await RunAsync(arguments);
            return 0;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or DirectoryNotFoundException or FileNotFoundException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }
    }

    private static async Task RunAsync(DemoArguments arguments)
    {
        var temporary = arguments.Data is null;
        var data = Path.GetFullPath(arguments.Data ?? Path.Combine(Path.GetTempPath(), $"pipeline-demo-{Guid.NewGuid():N}"));
        Directory.CreateDirectory(data);
        try
        {
            await RunAsync(arguments, data);
        }
        finally
        {
            if (temporary)
            {
                Directory.Delete(data, recursive: true);
            }
        }
    }

    private static async Task RunAsync(DemoArguments arguments, string data)
    {
        var set = arguments.Images is { } images
            ? DemoSet.FromFolder(images, arguments.GroundTruth)
            : await WithBarAsync("Making views", 1.0, report => Task.Run(() => DemoSet.FromPhotographs(arguments.Photos!, Path.Combine(data, "set"), report)));
        if (set.Files.Count == 0)
        {
            throw new FileNotFoundException($"There are no pictures in {set.Root}.");
        }

        using var stages = new StageTimes();
        await using var app = DemoHost.Build(set, data, arguments.Port, arguments.Serve);
        await app.StartAsync();
        await using var scope = app.Services.CreateAsyncScope();
        var run = scope.ServiceProvider.GetRequiredService<DemoRun>();
        var tracker = app.Services.GetRequiredService<DemoTracker>();
        var (imageOf, elapsed) = await WithBarAsync("Indexing", set.Files.Count, report => run.UploadAsync(set, ended => report(ended), CancellationToken.None));

        // What the training brings along is not part of an image's way.
        var measured = stages.Summarise();
        var encoder = await WithBarAsync("Training a hash encoder", 1, _ => scope.ServiceProvider.GetRequiredService<DemoEncoder>().TrainAsync(CancellationToken.None));
        var modes = new Dictionary<string, ModeFigures>();
        foreach (var mode in set.Truth is null ? [] : (string[])[SearchModes.Cnn, SearchModes.Hash])
        {
            modes[mode] = await run.SearchAsync(set, imageOf, mode, CancellationToken.None);
        }

        var figures = new DemoFigures
        {
            Images = set.Files.Count,
            Indexed = tracker.Outcomes.Values.Count(reason => reason is null),
            Rejected = tracker.Outcomes.Values.OfType<string>().CountBy(reason => reason).ToDictionary(),
            ImagesPerSecond = set.Files.Count / elapsed.TotalSeconds,
            Encoder = encoder,
            Modes = modes,
            Stages = measured,
        };
        DemoReport.Print(figures);
        if (arguments.Json is { } path)
        {
            await File.WriteAllTextAsync(path, JsonSerializer.Serialize(figures, Json));
        }

        if (arguments.Serve)
        {
            AnsiConsole.MarkupLineInterpolated($"The Gateway is at [link]http://127.0.0.1:{arguments.Port}[/], the collection is [bold]{DemoRun.Collection}[/]. Ctrl+C ends it.");
            await app.WaitForShutdownAsync();
        }
        else
        {
            await app.StopAsync();
        }
    }

    private static Task<T> WithBarAsync<T>(string label, double total, Func<Action<double>, Task<T>> work) =>
        AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask(label, maxValue: total);
                var result = await work(done => task.Value = done);
                task.Value = total;
                return result;
            });
}
