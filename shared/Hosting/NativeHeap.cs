using System.Runtime.InteropServices;

namespace Pipeline.Hosting;

/// <summary>
/// Keeps native memory in one heap. By default glibc gives threads up to eight heaps a core, and each of them ends up as
/// large as the work of one image at its worst; one lock more on malloc is not to be noticed beside that work.
/// </summary>
internal static partial class NativeHeap
{
    private const int MaxArenas = -8;

    /// <summary>
    /// Limits this process to one heap from now on: call it before native work begins. Without effect where the C library is
    /// not glibc, and where the environment already decides (<c>MALLOC_ARENA_MAX</c>, <c>GLIBC_TUNABLES</c>).
    /// </summary>
    public static void KeepOne()
    {
        if (!OperatingSystem.IsLinux()
            || Environment.GetEnvironmentVariable("MALLOC_ARENA_MAX") is not null
            || (Environment.GetEnvironmentVariable("GLIBC_TUNABLES") ?? "").Contains("arena_max", StringComparison.Ordinal)
            || !NativeLibrary.TryLoad("libc.so.6", out var library))
        {
            return;
        }

        // Other C libraries for Linux (musl) have no such call.
        if (NativeLibrary.TryGetExport(library, "mallopt", out _))
        {
            _ = Mallopt(MaxArenas, 1);
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Mallopt(int parameter, int value);
}
