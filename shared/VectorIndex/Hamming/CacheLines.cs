using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>What is asked for before it is read.</summary>
internal static unsafe class CacheLines
{
    /// <summary>Size of a line.</summary>
    public const int Bytes = 64;

    /// <summary>
    /// Begins to fetch a line into the second cache. Not into the first: that waits for some ten lines at a time, and half of what is
    /// asked for beyond these is forgotten (measured on Zen 4; a radius search took a quarter longer). The second one forgets everything
    /// for seconds now and then, where others share the processor: what is asked for here is best read together, before it is worked on.
    /// </summary>
    /// <param name="address">An address in it, which need not be valid.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(void* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(address);
        }
    }
}
