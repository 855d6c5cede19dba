using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Infrastructure;

public sealed class SetUpTests
{
    [Theory]
    [InlineData("infra/setup")]
    [InlineData("infra/demo")]
    [InlineData("infra/test")]
    public async Task Refuses_another_system_with_status_2_and_names_what_to_install(string command)
    {
        var release = Path.GetTempFileName();
        await File.WriteAllTextAsync(release, "NAME=\"Ubuntu\"\nID=ubuntu\nVERSION_ID=\"24.04\"\n");

        var result = await Script.RunAsync(command, ("PIPELINE_OS_RELEASE", release), ("PIPELINE_SKIP_APT", ""));
        File.Delete(release);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("Debian 12 (this is ubuntu 24.04)", result.Error, StringComparison.Ordinal);
        Assert.Contains("libvips42", result.Error, StringComparison.Ordinal);
        Assert.Contains("rabbitmq-server", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_an_older_Debian()
    {
        var release = Path.GetTempFileName();
        await File.WriteAllTextAsync(release, "ID=debian\nVERSION_ID=\"11\"\n");

        var result = await Script.RunAsync("infra/setup", ("PIPELINE_OS_RELEASE", release), ("PIPELINE_SKIP_APT", ""));
        File.Delete(release);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("Debian 12 (this is debian 11)", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_the_missing_dotnet_and_node_together()
    {
        using var commands = new CommandFolder().WithEverythingBut("dotnet", "node", "nodejs", "npm");

        var result = await Script.RunAsync(
            "infra/setup", ("PATH", commands.Path), ("HOME", commands.Path), ("DOTNET_ROOT", ""), ("PIPELINE_SKIP_APT", "1"));

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(".NET 10 SDK", result.Error, StringComparison.Ordinal);
        Assert.Contains("Node.js", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_an_older_dotnet()
    {
        using var commands = new CommandFolder().With("dotnet", "echo '8.0.410 [/usr/share/dotnet/sdk]'");

        var result = await Script.RunAsync("infra/setup", ("PATH", commands.Path + ":" + SystemPath), ("PIPELINE_SKIP_APT", "1"));

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(".NET 10 SDK", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_root_it_prints_the_command_that_installs_the_packages()
    {
        using var commands = new CommandFolder()
            .With("id", "echo 1000")
            .With("sudo", "exit 1")
            .With("dpkg-query", "exit 1")
            .With("apt-get", "echo 'must not be called' >&2; exit 99");
        var release = Path.GetTempFileName();
        await File.WriteAllTextAsync(release, "ID=debian\nVERSION_ID=\"12\"\n");

        var result = await Script.RunAsync("infra/setup servers", ("PATH", commands.Path + ":" + SystemPath),
            ("PIPELINE_OS_RELEASE", release), ("PIPELINE_SKIP_APT", ""));
        File.Delete(release);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("apt-get install -y --no-install-recommends rabbitmq-server redis-server", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("must not be called", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_that_does_not_exist_is_an_error()
    {
        var result = await Script.RunAsync("infra/setup everything");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("unknown group 'everything'", result.Error, StringComparison.Ordinal);
    }

    private static string SystemPath => Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin";
}
