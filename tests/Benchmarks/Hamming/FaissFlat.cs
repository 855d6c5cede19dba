using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Pipeline.Tests.Benchmarks;

/// <summary>faiss in a process of its own, with its usual environment.</summary>
internal sealed class FaissFlat : IDisposable
{
    // Debian's package serves Debian's Python, which need not be the first on the path.
    private static readonly string[] Interpreters = ["/usr/bin/python3", "python3"];

    private readonly Process _process;

    private FaissFlat(Process process, string version) => (_process, Version) = (process, version);

    public string Version { get; }

    /// <summary>Starts it; null if no Python here has faiss.</summary>
    public static FaissFlat? Start()
    {
        foreach (var interpreter in Interpreters)
        {
            var start = new ProcessStartInfo(interpreter, [Path.Combine(AppContext.BaseDirectory, "Hamming", "faiss_flat.py")])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            Process? process;
            try
            {
                process = Process.Start(start)!;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                continue; // there is no such interpreter
            }

            if (process.StandardOutput.ReadLine() is { } line)
            {
                process.ErrorDataReceived += (_, e) => Console.Error.WriteLine(e.Data);
                process.BeginErrorReadLine();
                return new FaissFlat(process, JsonDocument.Parse(line).RootElement.GetProperty("version").GetString()!);
            }

            process.WaitForExit();
            process.Dispose();
        }

        return null;
    }

    public void Load(int bits, string codeFile, string queryFile) => Ask("load", bits, codeFile, queryFile);

    /// <summary>Nanoseconds for the first queries, some at a time, and for each the distance of its k-th neighbour.</summary>
    public (double Nanoseconds, int[] Worst) Search(int threads, int k, int count, int batch)
    {
        var answer = Ask("search", threads, k, count, batch);
        return (answer.GetProperty("ns").GetDouble(), [.. answer.GetProperty("distances").EnumerateArray().Select(d => d.GetInt32())]);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private JsonElement Ask(params object[] command)
    {
        _process.StandardInput.WriteLine(string.Join('\t', command.Select(part => Convert.ToString(part, CultureInfo.InvariantCulture))));
        _process.StandardInput.Flush();
        return JsonDocument.Parse(_process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("faiss ended.")).RootElement;
    }
}
