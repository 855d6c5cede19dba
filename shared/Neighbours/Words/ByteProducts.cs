using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Neighbours.Words;

/// <summary>Products of unsigned by signed bytes, summed in 32 bits: one instruction where the processor has it, exact on every path.</summary>
internal static class ByteProducts
{
    /// <summary>Adds the products of four unsigned by four signed bytes to each 32-bit lane.</summary>
    internal interface IDot
    {
        static abstract Vector256<int> Add(Vector256<int> sum, Vector256<byte> unsigned, Vector256<sbyte> signed);
    }

    /// <summary>By AVX-VNNI, in one instruction.</summary>
    internal readonly struct Vnni : IDot
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Add(Vector256<int> sum, Vector256<byte> unsigned, Vector256<sbyte> signed) =>
            AvxVnni.MultiplyWideningAndAdd(sum, unsigned, signed);
    }

    /// <summary>In two halves of 16 bits, since AVX2's own product of bytes saturates.</summary>
    internal readonly struct Madd : IDot
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Add(Vector256<int> sum, Vector256<byte> unsigned, Vector256<sbyte> signed)
        {
            var low = Vector256.ShiftRightArithmetic(Vector256.ShiftLeft(signed.AsInt16(), 8), 8);
            var high = Vector256.ShiftRightArithmetic(signed.AsInt16(), 8);
            return sum + Avx2.MultiplyAddAdjacent(unsigned.AsInt16() & Vector256.Create((short)0xFF), low)
                + Avx2.MultiplyAddAdjacent(Vector256.ShiftRightLogical(unsigned.AsInt16(), 8), high);
        }
    }
}
