using System.Numerics;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>All choices of some bits out of a few, listed when they are first asked for: every search goes through the same ones.</summary>
internal static class BitChoices
{
    private static readonly uint[]?[] Lists = new uint[]?[(SubstringTable.MaxLength + 1) * (SubstringTable.MaxLength + 1)];

    /// <summary>The numbers below 2^<paramref name="bits"/> with so many bits set, ascending.</summary>
    /// <param name="bits">0 to <see cref="SubstringTable.MaxLength"/>.</param>
    /// <param name="chosen">0 or more; there is no such number if it is more than <paramref name="bits"/>.</param>
    public static uint[] Of(int bits, int chosen)
    {
        if (chosen > bits)
        {
            return [];
        }

        ref var list = ref Lists[(bits * (SubstringTable.MaxLength + 1)) + chosen];
        return Volatile.Read(ref list) ?? Interlocked.CompareExchange(ref list, Enumerate(bits, chosen), null) ?? list;
    }

    /// <summary>How many there are.</summary>
    public static double Count(int bits, int chosen)
    {
        double count = chosen > bits ? 0 : 1;
        for (var i = 0; i < chosen && count > 0; i++)
        {
            count = count * (bits - i) / (i + 1);
        }

        return count;
    }

    private static uint[] Enumerate(int bits, int chosen)
    {
        var list = new uint[(int)Math.Round(Count(bits, chosen))];
        var choice = (1u << chosen) - 1;
        for (var i = 0; i < list.Length; i++)
        {
            list[i] = choice;
            choice = Next(choice);
        }

        return list;
    }

    /// <summary>The next larger number with as many bits set (Gosper); anything if none is set.</summary>
    private static uint Next(uint bits)
    {
        var lowest = bits & (0 - bits);
        var ripple = bits + lowest;
        return ripple | (((bits ^ ripple) >> 2) >> BitOperations.TrailingZeroCount(lowest));
    }
}
