using System.Diagnostics;
using System.Globalization;

namespace Pipeline.Tests.Support;

/// <summary>A server that infra/NAME/start runs in a temporary folder, and that ends with this process at the latest.</summary>
internal sealed class PrivateServer : IAsyncDisposable
{
    private readonly string _scripts;
    private readonly string _directory;

    private readonly string[] _arguments;

    private PrivateServer(string name, string? parent, string[] arguments)
    {
        _arguments = arguments;
        _scripts = Path.Combine(RepositoryRoot.Path, "infra", name);
        _directory = Path.Combine(parent ?? Path.GetTempPath(), $"pipeline-tests-{name}-{Guid.NewGuid():N}");
    }

    /// <summary>What the start script printed: ports, user, password, pids.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; private set; } = new Dictionary<string, string>();

    /// <summary>Starts one in a folder of its own.</summary>
    /// <param name="name">The folder of its scripts below infra.</param>
    /// <param name="parent">Where its folder is created; null: the system's temporary folder.</param>
    /// <param name="arguments">More arguments of its start script.</param>
    public static async Task<PrivateServer> StartAsync(string name, string? parent = null, params string[] arguments)
    {
        var server = new PrivateServer(name, parent, arguments);
        await server.StartAgainAsync();
        return server;
    }

    public int Pid(string key) => int.Parse(Settings[key], CultureInfo.InvariantCulture);

    /// <summary>Starts it on the same ports and data; does nothing when it runs.</summary>
    public async Task StartAgainAsync()
    {
        var output = await RunAsync(
            Path.Combine(_scripts, "start"), [_directory, "--owner", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), .. _arguments]);
        Settings = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('=', 2))
            .ToDictionary(parts => parts[0], parts => parts[1]);
    }

    /// <summary>Ends it in the orderly way; its data stay.</summary>
    public Task StopAsync() => RunAsync(Path.Combine(_scripts, "stop"), _directory);

    /// <summary>Sends a signal to one of its processes.</summary>
    public Task SignalAsync(string signal, string pidKey) =>
        RunAsync("/bin/kill", $"-{signal}", Settings[pidKey]);

    /// <summary>SIGKILL, and waits until the process is gone.</summary>
    public async Task KillAsync(string pidKey)
    {
        using var process = Process.GetProcessById(Pid(pidKey));
        process.Kill();
        // Not our child, so the exit is seen by polling.
        while (await IsRunningAsync(process.Id))
        {
            await Task.Delay(20);
        }
    }

    /// <summary>Kills it: an orderly end, which takes a broker six seconds, would only write what is deleted with its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await RunAsync(Path.Combine(_scripts, "stop"), _directory, "--now");
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    private static async Task<bool> IsRunningAsync(int pid)
    {
        try
        {
            var stat = await File.ReadAllTextAsync($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')')..][2] != 'Z';
        }
        catch (IOException)
        {
            // Gone, or going while we read it.
            return false;
        }
    }

    private static async Task<string> RunAsync(string file, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{file} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await error}");
    }
}
