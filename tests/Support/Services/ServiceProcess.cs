using System.Diagnostics;
using System.Globalization;

namespace Pipeline.Tests.Support;

/// <summary>
/// One service as a process of its own, run from its project's build output with its configuration in the environment.
/// It listens on a free loopback port and can be killed and started again on the same port and data.
/// </summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private const int LogLinesShown = 30;
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private static readonly HttpClient PatientHttp = new() { Timeout = TimeSpan.FromMinutes(2) };

    private readonly string _project;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private Process _process;

    private ServiceProcess(string project, IReadOnlyDictionary<string, string> settings, string logPath, Uri url)
    {
        (_project, _settings, LogPath, Url) = (project, settings, logPath, url);
        _process = Launch();
    }

    /// <summary>The project below <c>services/</c>, such as <c>SiftExtraction</c>.</summary>
    public string Project => _project;

    /// <summary>Where it answers <c>/health</c> and <c>/metrics</c>, and the Gateway its API.</summary>
    public Uri Url { get; }

    /// <summary>Everything it printed, over all of its lives.</summary>
    public string LogPath { get; }

    /// <summary>Process id of its present life.</summary>
    public int Pid => _process.Id;

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>Starts it; it is not ready yet.</summary>
    /// <param name="project">The project below <c>services/</c>.</param>
    /// <param name="settings">Configuration by <c>Section:Key</c>.</param>
    /// <param name="logPath">The file its output is appended to.</param>
    public static ServiceProcess Start(string project, IReadOnlyDictionary<string, string> settings, string logPath) =>
        new(project, settings, logPath, new Uri($"http://127.0.0.1:{FreePort.Find()}/"));

    /// <summary>Waits until <c>/health/ready</c> says so.</summary>
    /// <exception cref="InvalidOperationException">It ended instead; the message has the end of its log.</exception>
    /// <exception cref="TimeoutException">It is not ready in time (a minute by default), times <see cref="Eventually.Slack"/>.</exception>
    public async Task WaitUntilReadyAsync(TimeSpan? timeout = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await IsReadyAsync())
        {
            if (!IsRunning)
            {
                throw new InvalidOperationException($"{_project} ended with {_process.ExitCode}:\n{LogTail()}");
            }

            if (Stopwatch.GetElapsedTime(started) > (timeout ?? TimeSpan.FromMinutes(1)) * Eventually.Slack)
            {
                throw new TimeoutException($"{_project} is not ready in time:\n{LogTail()}");
            }

            await Task.Delay(100);
        }
    }

    /// <summary>SIGKILL, as a crash; returns when the process is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and waits for the orderly end.</summary>
    /// <exception cref="TimeoutException">It did not end in time (a minute by default, as long as a host lets its work end) times <see cref="Eventually.Slack"/>, and was killed.</exception>
    public async Task StopAsync(TimeSpan? timeout = null)
    {
        if (!IsRunning)
        {
            return;
        }

        using (var kill = Process.Start("/bin/kill", ["-TERM", Pid.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        try
        {
            await _process.WaitForExitAsync().WaitAsync((timeout ?? TimeSpan.FromMinutes(1)) * Eventually.Slack);
        }
        catch (TimeoutException)
        {
            await KillAsync();
            throw new TimeoutException($"{_project} did not end when asked to:\n{LogTail()}");
        }
    }

    /// <summary>Starts it again after its end, on the same port and with the same configuration; it is not ready yet.</summary>
    public void StartAgain()
    {
        if (IsRunning)
        {
            throw new InvalidOperationException($"{_project} still runs.");
        }

        _process.Dispose();
        _process = Launch();
    }

    /// <summary>Processor time of its present life.</summary>
    public TimeSpan ProcessorTime()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    /// <summary>The most memory that its present life held at once, in bytes.</summary>
    public long PeakMemory()
    {
        var line = File.ReadLines($"/proc/{Pid}/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>Its Prometheus page.</summary>
    public Task<string> MetricsAsync() => PatientHttp.GetStringAsync(new Uri(Url, "metrics"));

    /// <summary>The end of its log, for messages of failed tests.</summary>
    public string LogTail() => string.Join('\n', File.ReadLines(LogPath).TakeLast(LogLinesShown));

    /// <summary>Ends it at once if it still runs: who wants an orderly end asks for it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var response = await Http.GetAsync(new Uri(Url, "health/ready"));
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            // Does not listen yet, or is too busy starting to answer.
            return false;
        }
    }

    private Process Launch()
    {
        var output = BuildOutput.FolderOf(Path.Combine("services", _project));
        // The shell only opens the log and becomes the service: its output needs no reader, whatever becomes of this process.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$1\" >> \"$2\" 2>&1 < /dev/null", BuildOutput.Dotnet, Path.Combine(output, $"Pipeline.{_project}.dll"), LogPath])
        {
            WorkingDirectory = output,
        };
        foreach (var (key, value) in _settings)
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        // As infra/up has it.
        start.Environment.TryAdd("MALLOC_ARENA_MAX", "1");
        start.Environment["ASPNETCORE_URLS"] = Url.GetLeftPart(UriPartial.Authority);
        return Process.Start(start) ?? throw new InvalidOperationException($"{_project} did not start.");
    }
}
