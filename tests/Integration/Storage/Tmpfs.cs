using System.Diagnostics;

namespace Pipeline.Tests.Integration.Storage;

/// <summary>A small disk in memory, to be filled up.</summary>
internal sealed class Tmpfs : IDisposable
{
    private static readonly Lazy<bool> Allowed = new(() =>
    {
        var path = Directory.CreateTempSubdirectory("pipeline-tmpfs-").FullName;
        var mounted = Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", path) && Run("umount", path);
        Directory.Delete(path);
        return mounted;
    });

    public Tmpfs(int megabytes)
    {
        Path = Directory.CreateTempSubdirectory("pipeline-tmpfs-").FullName;
        if (!Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", Path))
        {
            throw new InvalidOperationException($"tmpfs was not mounted at {Path}.");
        }
    }

    /// <summary>Whether this process may mount: containers often may not, even as root.</summary>
    public static bool CanMount => Allowed.Value;

    public string Path { get; }

    /// <summary>Takes all the space that is left; deleting the file gives it back.</summary>
    public string Fill()
    {
        var filler = System.IO.Path.Combine(Path, "filler");
        using var file = new FileStream(filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // Full, as wanted.
            return filler;
        }
    }

    public void Dispose()
    {
        Run("umount", Path);
        Directory.Delete(Path);
    }

    private static bool Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
