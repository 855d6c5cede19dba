namespace Pipeline.Tests.Support;

/// <summary>
/// Has services die by SIGKILL in the middle of a message of one endpoint: certainly after its work began, or certainly after
/// its work was done and before the broker knew. Nothing in the services serves this; a hook of the runtime does.
/// </summary>
public sealed class CrashPoints
{
    private readonly string _marks;
    private readonly string[] _endpoints;
    private readonly int _message;

    /// <summary>Each endpoint's process dies twice: with message <paramref name="message"/> of its life begun, then with it done.</summary>
    /// <param name="folder">An existing folder for marks.</param>
    /// <param name="message">Counts deliveries from 1.</param>
    /// <param name="endpoints">The endpoints' names.</param>
    public CrashPoints(string folder, int message, params string[] endpoints)
    {
        _marks = Directory.CreateDirectory(Path.Combine(folder, "crashes")).FullName;
        (_message, _endpoints) = (message, endpoints);
    }

    /// <summary>What the services' environment needs.</summary>
    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["DOTNET_STARTUP_HOOKS"] = Path.Combine(BuildOutput.FolderOf("tests/CrashHook"), "Pipeline.Tests.CrashHook.dll"),
        ["CRASH_MARKS"] = _marks,
        ["CRASH_POINTS"] = string.Join(' ', _endpoints.SelectMany(endpoint => (string[])[Point(endpoint, "begin"), Point(endpoint, "end")])),
    };

    /// <summary>Waits for both deaths of an endpoint's process, and starts it again after each.</summary>
    /// <exception cref="TimeoutException">It lives on.</exception>
    public async Task RestartAfterCrashesAsync(ServiceProcess process, string endpoint, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(process);
        foreach (var moment in (string[])["begin", "end"])
        {
            var mark = Path.Combine(_marks, Point(endpoint, moment).Replace(':', '-'));
            await Eventually.TrueAsync(() => File.Exists(mark) && !process.IsRunning, timeout, () => $"{process.Project} did not die at {Path.GetFileName(mark)}:\n{process.LogTail()}");
            process.StartAgain();
        }
    }

    private string Point(string endpoint, string moment) => $"{endpoint}:{moment}:{_message}";
}
