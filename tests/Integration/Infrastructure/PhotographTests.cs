using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Infrastructure;

public sealed class PhotographTests : IDisposable
{
    private readonly DirectoryInfo _copy = Directory.CreateTempSubdirectory("photographs-");

    // No network: if the photographs had to be fetched, this would be asked and fail.
    private readonly CommandFolder _commands = new CommandFolder().With("apt-get", "echo 'no network' >&2; exit 99");

    [PhotographFact]
    public void There_are_enough_photographs_for_a_demo()
    {
        Assert.InRange(Directory.GetFiles(PhotographFactAttribute.Folder).Length, 24, 100);
    }

    [PhotographFact]
    public async Task A_complete_set_is_not_fetched_again()
    {
        CopyPhotographs();

        var result = await FetchAsync();

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("", result.Output + result.Error);
    }

    [PhotographFact]
    public async Task A_damaged_photograph_is_noticed()
    {
        CopyPhotographs();
        var damaged = _copy.GetFiles()[0];
        using (var stream = damaged.OpenWrite())
        {
            stream.SetLength(stream.Length - 1);
        }

        var result = await FetchAsync();

        Assert.Equal(99, result.ExitCode);
        Assert.Contains("no network", result.Error, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _copy.Delete(recursive: true);
        _commands.Dispose();
    }

    private void CopyPhotographs()
    {
        foreach (var file in Directory.GetFiles(PhotographFactAttribute.Folder))
        {
            File.Copy(file, Path.Combine(_copy.FullName, Path.GetFileName(file)));
        }
    }

    private Task<ScriptResult> FetchAsync() => Script.RunAsync(
        $"infra/photos/fetch '{_copy.FullName}'", ("PATH", $"{_commands.Path}:{Environment.GetEnvironmentVariable("PATH")}"));
}
