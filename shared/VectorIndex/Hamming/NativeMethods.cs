using System.Runtime.InteropServices;

namespace Pipeline.VectorIndex.Hamming;

internal static unsafe partial class NativeMethods
{
    /// <summary>MADV_DONTNEED: of private memory the content is gone, and its pages are taken anew when it is next used.</summary>
    public const int GiveBack = 4;

    /// <summary>MADV_HUGEPAGE: pages that are taken from now on are huge ones.</summary>
    public const int AdviseHugePages = 14;

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Advise(void* start, nuint length, int advice);
}
