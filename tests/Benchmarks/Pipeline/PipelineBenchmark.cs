using Spectre.Console;

namespace Pipeline.Tests.Benchmarks;

/// <summary>
/// Lets the contenders take turns over rounds of new pictures: whatever else the machine does then meets all of them.
/// </summary>
internal static class PipelineBenchmark
{
    public static async Task<PipelineFigures> RunAsync(PipelineArguments arguments)
    {
        // Below the working directory: the system's temporary folder is often in memory, where an fsync costs nothing.
        var folder = Directory.CreateDirectory(Path.Combine("artifacts", $"pipeline-benchmark-{Guid.NewGuid():N}")).FullName;
        try
        {
            return await RunAsync(arguments, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<PipelineFigures> RunAsync(PipelineArguments arguments, string folder)
    {
        var copies = new ImageCopies(arguments.Images, Path.Combine(folder, "images"));
        await using var standalone = await StandaloneContender.StartAsync(Folder("standalone"), copies.Folder);
        await using var processes = arguments.Only.Contains(ProcessesContender.Title)
            ? await ProcessesContender.StartAsync(Folder("processes"), copies.Folder)
            : null;
        var contenders = new IContender?[] { new BareLoop(standalone.Services), standalone, processes }
            .OfType<IContender>()
            .Where(contender => arguments.Only.Contains(contender.Name))
            .Select(contender => new Contest(contender))
            .ToArray();

        await AnsiConsole.Progress().HideCompleted(false).StartAsync(async context =>
        {
            var bars = contenders.ToDictionary(
                contest => contest,
                contest => context.AddTask(contest.Name, maxValue: arguments.WarmUp + (arguments.Rounds * arguments.Count)));
            for (var round = 0; round <= arguments.Rounds; round++)
            {
                var images = await copies.MakeAsync(round == 0 ? arguments.WarmUp : arguments.Count);
                foreach (var contest in contenders)
                {
                    var before = bars[contest].Value;
                    await contest.RunAsync(images, counts: round > 0, done => bars[contest].Value = before + done);
                    bars[contest].Value = before + images.Count;
                }
            }
        });

        double? Rate(string name) => contenders.FirstOrDefault(contest => contest.Name == name)?.Median;
        return new PipelineFigures(
            Rate(BareLoop.Title),
            Rate(StandaloneContender.Title),
            Rate(ProcessesContender.Title),
            processes?.PeakMb() ?? new Dictionary<string, double>(),
            contenders.ToDictionary(contest => contest.Name, contest => contest.Rates),
            contenders.ToDictionary(contest => contest.Name, contest => contest.CpuMsPerImage),
            arguments.Count,
            Environment.ProcessorCount);

        string Folder(string name) => Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
    }
}
