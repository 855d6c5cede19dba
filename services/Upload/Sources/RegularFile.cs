using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pipeline.Upload.Sources;

/// <summary>
/// Opens regular files and nothing else. The name is pinned first, which neither waits for a pipe's writer nor wakes a
/// device; what it led to is judged, and only that very file is opened, whatever the name leads to by then.
/// </summary>
internal static partial class RegularFile
{
    // Linux: the same on every 64-bit architecture.
    private const int PathOnly = 0x20_0000;
    private const int CloseOnExec = 0x8_0000;
    private const int EmptyPath = 0x1000;
    private const uint WantType = 1;
    private const int ModeOffset = 28;
    private const int TypeMask = 0xF000;
    private const int Regular = 0x8000;
    private const int StatxSize = 256;

    /// <summary>Opens the file for reading.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="isAllowed">Judges the path, free of links, of what was found.</param>
    /// <returns>The open file; null where there is none, no regular one, or one that is not allowed.</returns>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    /// <exception cref="IOException">The system refused for another reason; the message says which.</exception>
    public static FileStream? TryOpen(string path, Func<string, bool> isAllowed)
    {
        using var pinned = Open(path, PathOnly | CloseOnExec);
        if (pinned.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            return error is Error.NoEntry or Error.NoDirectory or Error.Loop or Error.NameTooLong
                ? null
                : error is Error.Access
                    ? throw new UnauthorizedAccessException($"'{path}' must not be read.")
                    : throw new IOException($"open '{path}': {Marshal.GetPInvokeErrorMessage(error)}");
        }

        var name = $"/proc/self/fd/{pinned.DangerousGetHandle()}";
        return IsRegular(pinned) && File.ResolveLinkTarget(name, returnFinalTarget: false) is { } real && isAllowed(real.FullName)
            ? new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1, FileOptions.Asynchronous | FileOptions.SequentialScan)
            : null;
    }

    private static unsafe bool IsRegular(SafeFileHandle file)
    {
        var status = stackalloc byte[StatxSize];
        return Statx(file, "", EmptyPath, WantType, status) == 0
            ? (*(ushort*)(status + ModeOffset) & TypeMask) == Regular
            : throw new IOException($"statx: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int Statx(SafeFileHandle folder, string path, int flags, uint mask, byte* status);

    /// <summary>Linux' error numbers.</summary>
    private static class Error
    {
        public const int NoEntry = 2;
        public const int Access = 13;
        public const int NoDirectory = 20;
        public const int NameTooLong = 36;
        public const int Loop = 40;
    }
}
