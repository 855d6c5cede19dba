using System.Runtime.InteropServices;

namespace Pipeline.Storage;

/// <summary>What .NET cannot do: sync a directory, and give a file a second name (POSIX open, fsync, close, link).</summary>
internal static partial class NativeMethods
{
    private const int ReadOnly = 0;
    private const int CloseOnExec = 0x80000;

    /// <summary>Makes the names in a directory durable: without it a rename may be lost with the power.</summary>
    /// <exception cref="IOException">The system refused; the message holds its error text.</exception>
    public static void SyncDirectory(string path)
    {
        // Windows journals directory changes and has no such call.
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = Open(path, OperatingSystem.IsLinux() ? ReadOnly | CloseOnExec : ReadOnly);
        if (descriptor < 0)
        {
            throw Directory.Exists(path) ? Error("open", path) : new DirectoryNotFoundException($"'{path}' is gone.");
        }

        try
        {
            if (Sync(descriptor) != 0)
            {
                throw Error("fsync", path);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Gives a file a second name; false where that cannot be done, for whatever reason: a copy then works or tells why.</summary>
    public static bool TryLink(string existing, string link) => !OperatingSystem.IsWindows() && Link(existing, link) == 0;

    private static IOException Error(string call, string path)
    {
        var code = Marshal.GetLastPInvokeError();
        return new IOException($"{call} '{path}': {Marshal.GetPInvokeErrorMessage(code)}");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string existing, string link);
}
