using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Infrastructure;

/// <summary>infra/test itself, in a small checkout of its own whose <c>dotnet</c> plays the part that each case needs.</summary>
public sealed class TestCommandTests : IDisposable
{
    private const string AllPass = "results 3 3 0";

    private readonly DirectoryInfo _checkout = Directory.CreateTempSubdirectory("checkout-");
    private readonly CommandFolder _commands = new();

    public TestCommandTests()
    {
        foreach (var file in new[]
        {
            "global.json", ".editorconfig", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props",
            "Pipeline.sln", "shared/A.cs", "services/B.cs", "tests/C.cs", "infra/npm/package-lock.json",
        })
        {
            Write(file, file);
        }

        foreach (var script in Directory.GetFiles(Path.Combine(RepositoryRoot.Path, "infra", "lib"))
            .Append(Path.Combine(RepositoryRoot.Path, "infra", "setup"))
            .Append(Path.Combine(RepositoryRoot.Path, "infra", "test")))
        {
            var copy = Path.Combine(_checkout.FullName, Path.GetRelativePath(RepositoryRoot.Path, script));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(script, copy);
        }

        Write("infra/photos/fetch", "#!/bin/bash\n");
        File.SetUnixFileMode(
            Path.Combine(_checkout.FullName, "infra/photos/fetch"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _commands.With("node", "").With("npm", "echo npm $3 >> calls; mkdir -p infra/npm/node_modules");
    }

    [Fact]
    public async Task Everything_passing_is_status_0_and_a_line_of_counts()
    {
        var result = await TestAsync(AllPass);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("tests/Integration: 3 passed, 0 failed, 0 skipped", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("\n9 passed, 0 failed, 0 skipped\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_failed_test_fails_the_run_and_the_others_still_run()
    {
        var result = await TestAsync("""[[ $1 == *Unit ]] && { echo "Some_test said no"; results 3 2 1; exit 1; }; results 3 3 0""");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Some_test said no", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("\n8 passed, 1 failed, 0 skipped\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_crash_without_results_fails_the_run()
    {
        var result = await TestAsync("echo the test host crashed; exit 134", "unit");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("the test host crashed", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("0 passed, 1 failed, 0 skipped\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_project_without_a_test_fails_the_run()
    {
        var result = await TestAsync("[[ $1 == *Unit ]] || results 3 3 0");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("no test ran", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_filter_may_leave_a_project_without_a_test_but_not_all_of_them()
    {
        var some = await TestAsync("[[ $1 == *Unit ]] || results 3 1 0", "--filter Name~x");
        var none = await TestAsync("exit 0", "--filter Name~x");

        Assert.Equal(0, some.ExitCode);
        Assert.Equal(1, none.ExitCode);
    }

    [Fact]
    public async Task A_process_left_behind_fails_the_run_and_is_ended()
    {
        var result = await TestAsync($"setsid sleep 300 > /dev/null 2>&1 < /dev/null & {AllPass}", "unit");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("sleep 300", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_built_or_fetched_twice_until_a_source_changes()
    {
        await TestAsync(AllPass);
        await TestAsync(AllPass);
        var before = await CallsAsync();
        Write("shared/A.cs", "changed");
        await TestAsync(AllPass);
        var after = await CallsAsync();

        Assert.Equal(["npm ci", "build Pipeline.sln"], before);
        Assert.Equal(["npm ci", "build Pipeline.sln", "build Pipeline.sln"], after);
    }

    [Fact]
    public async Task A_failed_build_is_shown_and_not_remembered_as_done()
    {
        _commands.With("dotnet", "[ $1 = --list-sdks ] && echo '10.0.100 [x]' && exit; echo 'A.cs(1,1): error CS1002'; exit 1");
        var first = await RunAsync("unit");
        var second = await RunAsync("unit");

        Assert.All([first, second], result =>
        {
            Assert.NotEqual(0, result.ExitCode);
            Assert.Contains("error CS1002", result.Error, StringComparison.Ordinal);
        });
    }

    public void Dispose()
    {
        _commands.Dispose();
        _checkout.Delete(recursive: true);
    }

    private Task<ScriptResult> TestAsync(string testBody, string arguments = "")
    {
        // results TOTAL PASSED FAILED writes the file that the trx logger would.
        _commands.With("dotnet", $$"""
            results() {
              local kind=${1##*/}
              echo "<Counters total=\"$2\" executed=\"$(($3 + $4))\" passed=\"$3\" failed=\"$4\" />" > "artifacts/tests/$kind.trx"
            }
            case $1 in
              --list-sdks) echo "10.0.100 [/usr/share/dotnet/sdk]" ;;
              build) echo "build ${2##*/}" >> calls ;;
              test)
                shift
                set -- "$1"
                {{testBody.Replace("results ", "results $1 ", StringComparison.Ordinal)}}
                ;;
            esac
            exit 0
            """);
        return RunAsync(arguments);
    }

    private Task<ScriptResult> RunAsync(string arguments) => Script.RunAsync(
        $"cd '{_checkout.FullName}' && infra/test {arguments}",
        ("PATH", $"{_commands.Path}:{Environment.GetEnvironmentVariable("PATH")}"),
        ("PIPELINE_SKIP_APT", "1"),
        ("LEFTOVER_GRACE", "0"));

    private async Task<string[]> CallsAsync() => await File.ReadAllLinesAsync(Path.Combine(_checkout.FullName, "calls"));

    private void Write(string file, string text)
    {
        var path = Path.Combine(_checkout.FullName, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
