using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.VectorIndex.Kernels;

/// <summary>512 bits: AVX-512, where an adder is two instructions.</summary>
internal readonly unsafe struct BitLanes512(Vector512<ulong> bits) : IBitLanes<BitLanes512>
{
    // Truth tables of three inputs.
    private const byte OddTable = 0x96;
    private const byte MajorityTable = 0xE8;

    private readonly Vector512<ulong> _bits = bits;

    public static bool IsSupported => Vector512.IsHardwareAccelerated && Avx512F.IsSupported;

    public static int Words => Vector512<ulong>.Count;

    public static BitLanes512 Load(ulong* source) => new(Vector512.Load(source));

    public static void Store(BitLanes512 lanes, ulong* target) => lanes._bits.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BitLanes512 Difference(ulong* plane, ulong query) => new(Vector512.Load(plane) ^ Vector512.Create(query));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BitLanes512 Add(ref BitLanes512 sum, BitLanes512 a, BitLanes512 b)
    {
        var before = sum._bits;
        sum = new(Avx512F.TernaryLogic(before, a._bits, b._bits, OddTable));
        return new(Avx512F.TernaryLogic(before, a._bits, b._bits, MajorityTable));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BitLanes512 Add(ref BitLanes512 sum, BitLanes512 a)
    {
        var before = sum._bits;
        sum = new(before ^ a._bits);
        return new(before & a._bits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BitLanes512 Exceeding(BitLanes512 place, ulong above, BitLanes512 below) =>
        new(Avx512F.TernaryLogic(place._bits, Vector512.Create(above), below._bits, MajorityTable));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool StoreComplement(BitLanes512 lanes, ulong* target)
    {
        var complement = ~lanes._bits;
        complement.Store(target);
        return complement != Vector512<ulong>.Zero;
    }
}
