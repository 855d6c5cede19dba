using System.Diagnostics;

namespace Pipeline.Tests.Unit.VectorIndex;

/// <summary>A process that writes to an index until it is killed (SIGKILL) in the middle of it.</summary>
internal static class KilledWriter
{
    /// <summary>Runs the program, kills it when it has said so many lines, and returns all it said.</summary>
    public static async Task<IReadOnlyList<string>> RunAsync(int lines, params string[] arguments)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(
                Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
                [Path.Combine(AppContext.BaseDirectory, "Pipeline.Tests.IndexWriter.dll"), .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.Start();
        var said = new List<string>();
        try
        {
            var errors = process.StandardError.ReadToEndAsync();
            while (said.Count < lines)
            {
                said.Add(await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60))
                    ?? throw new InvalidOperationException($"The program ended by itself: {await errors}"));
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        // What it had still said before it died counts as well; its last line may be cut off.
        var rest = await process.StandardOutput.ReadToEndAsync();
        said.AddRange(rest.Split('\n').SkipLast(1));
        return said;
    }
}
