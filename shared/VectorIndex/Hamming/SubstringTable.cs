using System.Numerics;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>Records by some consecutive bits of their codes: a chain for each value that these bits can have.</summary>
internal sealed class SubstringTable
{
    private readonly int _ordinal;
    private readonly int _word;
    private readonly int _shift;
    private readonly uint _mask;
    private readonly int[] _heads;

    // One bit for each chain that is not empty: most are, and all bits together fit a near cache.
    private readonly ulong[] _occupied;

    /// <param name="ordinal">Number of the table in <see cref="CodeRecords.Next"/>.</param>
    /// <param name="firstBit">First bit of the substring.</param>
    /// <param name="length">Its length, 1 to 30.</param>
    public SubstringTable(int ordinal, int firstBit, int length)
    {
        (_ordinal, _word, _shift, Length) = (ordinal, firstBit / 64, firstBit % 64, length);
        _mask = (1u << length) - 1;
        _heads = new int[1 << length];
        _heads.AsSpan().Fill(-1);
        _occupied = new ulong[((1 << length) + 63) / 64];
    }

    /// <summary>Length of the substrings in bits.</summary>
    public int Length { get; }

    /// <summary>The substring of a code.</summary>
    public uint Key(ReadOnlySpan<ulong> code)
    {
        var bits = code[_word] >> _shift;
        if (_shift + Length > 64)
        {
            bits |= code[_word + 1] << (64 - _shift);
        }

        return (uint)bits & _mask;
    }

    /// <summary>The first record with a substring; −1: none.</summary>
    public int First(uint key) => (_occupied[key / 64] >> (int)(key % 64) & 1) != 0 ? _heads[key] : -1;

    public void Add(CodeRecords records, int record)
    {
        var key = Key(records.Code(record));
        records.Next(record, _ordinal) = _heads[key];
        _heads[key] = record;
        _occupied[key / 64] |= 1UL << (int)(key % 64);
    }

    public void Remove(CodeRecords records, int record)
    {
        var key = Key(records.Code(record));
        ref var link = ref _heads[key];
        while (link != record)
        {
            link = ref records.Next(link, _ordinal);
        }

        link = records.Next(record, _ordinal);
        if (_heads[key] < 0)
        {
            _occupied[key / 64] &= ~(1UL << (int)(key % 64));
        }
    }

    /// <summary>Number of substrings that differ from a given one in so many bits.</summary>
    public double Probes(int weight)
    {
        double count = weight > Length ? 0 : 1;
        for (var i = 0; i < weight && count > 0; i++)
        {
            count = count * (Length - i) / (i + 1);
        }

        return count;
    }

    /// <summary>The next larger number with as many bits set (Gosper).</summary>
    public static uint NextOfWeight(uint bits)
    {
        var lowest = bits & (0 - bits);
        var ripple = bits + lowest;
        return ripple | (((bits ^ ripple) >> 2) >> BitOperations.TrailingZeroCount(lowest));
    }
}
