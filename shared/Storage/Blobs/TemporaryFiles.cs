using Microsoft.Win32.SafeHandles;

namespace Pipeline.Storage;

/// <summary>Files while they are written: nobody reads them, and those of crashed writers are removed at a later start.</summary>
internal sealed class TemporaryFiles(string folder)
{
    /// <summary>Nothing writes one blob for so long: an older file belongs to a process that crashed.</summary>
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromHours(1);

    /// <summary>A name that no other file has.</summary>
    public string NewPath() => Path.Combine(folder, Guid.NewGuid().ToString("N"));

    /// <summary>Creates the file for writing.</summary>
    public static SafeFileHandle Create(string path) => File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);

    /// <summary>Writes a file as a whole, durably.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        using var file = Create(path);
        RandomAccess.Write(file, content, 0);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>
    /// Makes the file a second name of another's content where the file system has such links, else a durable copy: blobs are
    /// replaced, never changed, so two can share a file.
    /// </summary>
    public static void CopyFrom(string source, string path)
    {
        if (NativeMethods.TryLink(source, path))
        {
            return;
        }

        File.Copy(source, path);
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Removes the file if it is still there.</summary>
    public static void Discard(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What matters is decided already, for good or ill; the file is removed at a later start.
        }
    }

    /// <summary>Removes what crashed writers left.</summary>
    public void RemoveAbandoned()
    {
        var newest = DateTime.UtcNow - AbandonedAfter;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
        {
            if (file.LastWriteTimeUtc < newest)
            {
                file.Delete();
            }
        }
    }
}
