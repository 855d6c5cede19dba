using System.Numerics;

namespace Pipeline.VectorIndex.Kernels;

/// <summary>One code at a time, for any processor.</summary>
internal readonly unsafe struct ShortLanes16 : IShortLanes
{
    public static int Codes => 1;

    public static uint Within(ushort* codes, int stride, int planes, ushort* query, int limit, short* distances)
    {
        var distance = 0;
        for (var plane = 0; plane < planes; plane++)
        {
            distance += BitOperations.PopCount((uint)(codes[plane * stride] ^ query[plane]));
        }

        *distances = (short)distance;
        return distance <= limit ? 1u : 0;
    }

    public static uint Beyond(ushort* codes, int stride, ulong query, ulong mask, int least)
    {
        var distance = 0;
        for (; mask != 0; mask >>= IShortLanes.PlaneBits, query >>= IShortLanes.PlaneBits, codes += stride)
        {
            distance += BitOperations.PopCount((uint)(ushort)((*codes ^ query) & mask));
        }

        return distance >= least ? 1u : 0;
    }
}
