using System.Runtime.InteropServices;

namespace Pipeline.VectorIndex.Hamming;

internal static unsafe partial class NativeMethods
{
    /// <summary>MADV_HUGEPAGE.</summary>
    public const int AdviseHugePages = 14;

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Advise(void* start, nuint length, int advice);
}
