using System.Diagnostics;

namespace Pipeline.Tests.Support;

/// <summary>Runs the repository's scripts as a person would, in a shell of their own.</summary>
public static class Script
{
    /// <summary>Runs a command line by bash in the repository's root, with variables added to the environment.</summary>
    /// <exception cref="TimeoutException">It did not end within five minutes; it has been ended.</exception>
    public static async Task<ScriptResult> RunAsync(string commandLine, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("/bin/bash")
        {
            WorkingDirectory = RepositoryRoot.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(commandLine);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException("bash did not start");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'{commandLine}' did not end within five minutes.");
        }

        return new ScriptResult(process.ExitCode, await output, await error);
    }
}

/// <summary>What a script answered: exit status and everything it printed.</summary>
public sealed record ScriptResult(int ExitCode, string Output, string Error);
