using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.VectorIndex.Kernels;

/// <summary>256 bits: AVX2, or two registers of NEON.</summary>
internal readonly unsafe struct BitLanes256(Vector256<ulong> bits) : IBitLanes<BitLanes256>
{
    private readonly Vector256<ulong> _bits = bits;

    public static bool IsSupported => Vector128.IsHardwareAccelerated;

    public static int Words => Vector256<ulong>.Count;

    public static BitLanes256 Load(ulong* source) => new(Vector256.Load(source));

    public static void Store(BitLanes256 lanes, ulong* target) => lanes._bits.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BitLanes256 Difference(ulong* plane, ulong query) => new(Vector256.Load(plane) ^ Vector256.Create(query));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BitLanes256 Add(ref BitLanes256 sum, BitLanes256 a, BitLanes256 b)
    {
        var before = sum._bits;
        sum = new(before ^ a._bits ^ b._bits);
        return new((before & a._bits) | ((before ^ a._bits) & b._bits));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BitLanes256 Add(ref BitLanes256 sum, BitLanes256 a)
    {
        var before = sum._bits;
        sum = new(before ^ a._bits);
        return new(before & a._bits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BitLanes256 Exceeding(BitLanes256 place, ulong above, BitLanes256 below) =>
        new((place._bits & Vector256.Create(above)) | ((place._bits ^ Vector256.Create(above)) & below._bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool StoreComplement(BitLanes256 lanes, ulong* target)
    {
        var complement = ~lanes._bits;
        complement.Store(target);
        return complement != Vector256<ulong>.Zero;
    }
}
