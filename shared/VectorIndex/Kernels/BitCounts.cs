using System.Runtime.Intrinsics;

namespace Pipeline.VectorIndex.Kernels;

/// <summary>The table the vector kernels count bits by.</summary>
internal static class BitCounts
{
    /// <summary>Byte n is the number of bits set in n.</summary>
    public static Vector128<byte> OfNibbles => Vector128.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
}
