using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>
/// Arrays for tables that are read all over. Of large ones Linux is asked for huge pages, as it gives them to nobody unasked
/// under its usual setting <c>transparent_hugepage = madvise</c>: otherwise nearly every access waits for an address
/// translation before it waits for the memory.
/// </summary>
internal static unsafe class LargeArrays
{
    private const nuint HugePage = 2 << 20;

    /// <summary>An array with any content that nothing moves.</summary>
    public static T[] Allocate<T>(int length)
        where T : unmanaged
    {
        var array = GC.AllocateUninitializedArray<T>(length, pinned: true);
        var start = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
        var first = (start + HugePage - 1) / HugePage * HugePage;
        var end = (start + ((nuint)length * (nuint)sizeof(T))) / HugePage * HugePage;
        if (OperatingSystem.IsLinux() && end > first)
        {
            // Advice: where it is refused, all goes on with small pages. What the collector had in use before has its small pages
            // still and would keep them: the content of a new array is of no value, so they are given back.
            _ = NativeMethods.Advise((void*)first, end - first, NativeMethods.GiveBack);
            _ = NativeMethods.Advise((void*)first, end - first, NativeMethods.AdviseHugePages);
        }

        return array;
    }

    /// <summary>Replaces an array by a longer one with the same beginning.</summary>
    public static void Grow<T>(ref T[] array, int length)
        where T : unmanaged
    {
        var grown = Allocate<T>(length);
        array.AsSpan().CopyTo(grown);
        array = grown;
    }
}
