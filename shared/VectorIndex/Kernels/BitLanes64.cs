using System.Runtime.CompilerServices;

namespace Pipeline.VectorIndex.Kernels;

/// <summary>64 bits, for processors without vectors.</summary>
internal readonly unsafe struct BitLanes64(ulong bits) : IBitLanes<BitLanes64>
{
    private readonly ulong _bits = bits;

    public static int Words => 1;

    public static BitLanes64 Load(ulong* source) => new(*source);

    public static void Store(BitLanes64 lanes, ulong* target) => *target = lanes._bits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BitLanes64 Difference(ulong* plane, ulong query) => new(*plane ^ query);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BitLanes64 Add(ref BitLanes64 sum, BitLanes64 a, BitLanes64 b)
    {
        var before = sum._bits;
        sum = new(before ^ a._bits ^ b._bits);
        return new((before & a._bits) | ((before ^ a._bits) & b._bits));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BitLanes64 Add(ref BitLanes64 sum, BitLanes64 a)
    {
        var before = sum._bits;
        sum = new(before ^ a._bits);
        return new(before & a._bits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static BitLanes64 Exceeding(BitLanes64 place, ulong above, BitLanes64 below) =>
        new((place._bits & above) | ((place._bits ^ above) & below._bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool StoreComplement(BitLanes64 lanes, ulong* target)
    {
        var complement = ~lanes._bits;
        *target = complement;
        return complement != 0;
    }
}
