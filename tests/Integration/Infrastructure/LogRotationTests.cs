using System.Diagnostics;
using System.Globalization;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Infrastructure;

/// <summary>infra/lib/keep-logs beside a process that never stops writing.</summary>
public sealed class LogRotationTests : IDisposable
{
    private const int MaxBytes = 20_000;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("logs-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_log_that_is_being_written_never_grows_far_beyond_its_bound_and_its_latest_lines_are_kept()
    {
        var log = Path.Combine(_folder.FullName, "service.log");
        var other = Path.Combine(_folder.FullName, "quiet.log");
        await File.WriteAllTextAsync(log, new string('x', MaxBytes + 1) + "\n");
        await File.WriteAllTextAsync(other, "a line\n");
        using var writer = Bash($"exec >> '{log}'; while :; do for i in {{1..20}}; do echo \"line $((++n))\"; done; sleep 0.01; done");
        using var keeper = Bash($"exec '{Path.Combine(RepositoryRoot.Path, "infra", "lib", "keep-logs")}' '{_folder.FullName}'");
        try
        {
            // Four rotations at least: the oldest of them is gone by then.
            await Eventually.TrueAsync(() => FirstLine(log + ".2") is { } line && line.StartsWith("line ", StringComparison.Ordinal) && LineNumber(line) > 500, TimeSpan.FromSeconds(60));
            writer.Kill();
            await writer.WaitForExitAsync();
            // A rotation that is under way ends first: in its midst there is a name more, and one less.
            await Eventually.TrueAsync(() => new FileInfo(log).Length <= MaxBytes && File.Exists(log + ".1") && !File.Exists(log + ".new"));
        }
        finally
        {
            writer.Kill();
            using var end = Process.Start("/bin/kill", ["-TERM", keeper.Id.ToString(CultureInfo.InvariantCulture)]);
            await keeper.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(["quiet.log", "service.log", "service.log.1", "service.log.2"], _folder.EnumerateFiles().Select(f => f.Name).Order(StringComparer.Ordinal));
        Assert.Equal("a line\n", await File.ReadAllTextAsync(other));
        // An emptied log has no hole before its first line, and what was set aside joins what follows but for a few lines.
        Assert.All((string[])[log, log + ".1", log + ".2"], file => Assert.DoesNotContain('\0', File.ReadAllText(file)));
        Assert.InRange(new FileInfo(log + ".1").Length, MaxBytes, 100 * MaxBytes);
        Assert.InRange(LineNumber(File.ReadLines(log + ".1").First()) - LineNumber(File.ReadLines(log + ".2").Last()), 1, 20_000);
    }

    private static Process Bash(string command)
    {
        var start = new ProcessStartInfo("/bin/bash", ["-c", $"exec 2> /dev/null; {command}"]);
        start.Environment["LOG_MAX_BYTES"] = $"{MaxBytes}";
        start.Environment["LOG_KEEP"] = "2";
        start.Environment["LOG_CHECK_SECONDS"] = "0.1";
        return Process.Start(start) ?? throw new InvalidOperationException("bash did not start");
    }

    private static string? FirstLine(string file)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault();
        }
        catch (IOException)
        {
            // Being renamed just now.
            return null;
        }
    }

    private static int LineNumber(string line) => int.Parse(line["line ".Length..], CultureInfo.InvariantCulture);
}
