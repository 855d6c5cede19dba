using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pipeline.VectorIndex.Kernels;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>
/// Codes by some consecutive bits of theirs, the substring: a bucket for each. Of a code it keeps up to 64 bits, so that most are
/// dismissed without another access to memory, and a value that tells more.
/// </summary>
internal sealed class SubstringTable
{
    /// <summary>Most bits of a substring.</summary>
    public const int MaxLength = 30;

    private readonly int _word;
    private readonly int _shift;
    private readonly uint _mask;
    private readonly Bucket[] _buckets;

    // Which word of a code it keeps; of the only one, without the substring's bits, which are known to match already.
    private readonly int _keptWord;
    private readonly bool _isOnlyWord;
    private readonly int _planes;

    // One bit for each bucket that is not empty: all bits together fit a near cache.
    private readonly ulong[] _occupied;
    private readonly BucketSlab _slab;

    private SubstringTable(int firstBit, int length, int bits)
    {
        (_word, _shift, Length) = (firstBit / 64, firstBit % 64, length);
        _mask = (1u << length) - 1;
        _buckets = LargeArrays.Allocate<Bucket>(1 << length);
        _buckets.AsSpan().Clear();
        _occupied = new ulong[((1 << length) + 63) / 64];
        _isOnlyWord = bits <= 64;
        _keptWord = (_word + 1) % ((bits + 63) / 64);
        var kept = _isOnlyWord ? bits - length : 64;
        _planes = Math.Max(1, (kept + IShortLanes.PlaneBits - 1) / IShortLanes.PlaneBits);
        _slab = new BucketSlab(_planes);
    }

    /// <summary>Cuts codes into substrings whose lengths differ by one at most.</summary>
    /// <param name="bits">Length of the codes.</param>
    /// <param name="count">Number of substrings.</param>
    /// <returns>An empty table for each.</returns>
    public static SubstringTable[] Cut(int bits, int count)
    {
        var tables = new SubstringTable[count];
        for (int t = 0, first = 0; t < count; t++)
        {
            var length = (bits - first) / (count - t);
            tables[t] = new SubstringTable(first, length, bits);
            first += length;
        }

        foreach (var table in tables.Where(table => table._isOnlyWord))
        {
            table.KeptMasks = [.. tables.Select(other => other == table ? 0 : table.WithoutSubstring((ulong)other._mask << other._shift))];
        }

        return tables;
    }

    /// <summary>Length of the substrings in bits.</summary>
    public int Length { get; }

    /// <summary>Of codes of one word, by table: its substring's bits in what is kept; none of the own one.</summary>
    public ulong[] KeptMasks { get; private set; } = [];

    /// <summary>What is kept of a code.</summary>
    public ulong Kept(ReadOnlySpan<ulong> code) => _isOnlyWord ? WithoutSubstring(code[0]) : code[_keptWord];

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

    /// <summary>Adds a value of a code's.</summary>
    public void Add(ReadOnlySpan<ulong> code, int value)
    {
        var key = Key(code);
        _slab.Add(ref _buckets[key], Kept(code), value);
        _occupied[key / 64] |= 1UL << (int)(key % 64);
    }

    /// <summary>Puts another value in the place of one that the code has.</summary>
    public void Replace(ReadOnlySpan<ulong> code, int value, int replacement) =>
        _slab.Replace(_buckets[Key(code)], value, replacement);

    /// <summary>Removes a value that the code has.</summary>
    public void Remove(ReadOnlySpan<ulong> code, int value)
    {
        var key = Key(code);
        _slab.Remove(ref _buckets[key], value);
        if (_buckets[key].Count == 0)
        {
            _occupied[key / 64] &= ~(1UL << (int)(key % 64));
        }
    }

    /// <summary>
    /// Finds the buckets, of those that are not empty, of a substring with some bits turned, until there is no room or no choice of
    /// bits left, and begins to fetch where they lie.
    /// </summary>
    /// <param name="key">The substring.</param>
    /// <param name="choices">The bits to turn, as often as is to be looked.</param>
    /// <param name="look">What all of the buckets have in common; receives what is the table's.</param>
    /// <param name="probes">Receives the buckets.</param>
    /// <param name="room">Most of these.</param>
    /// <returns>How many choices were gone through, and how many buckets there are.</returns>
    public unsafe (int Choices, int Buckets) Find(uint key, ReadOnlySpan<uint> choices, Look* look, Probe* probes, int room)
    {
        look->Codes = _slab.First;
        look->Planes = _planes;
        var count = 0;
        var buckets = (Bucket*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_buckets));
        ref var occupied = ref MemoryMarshal.GetArrayDataReference(_occupied);
        var i = 0;
        for (; i < choices.Length && count < room; i++)
        {
            // Written in any case, and kept if the bucket is not empty: the processor need not guess.
            var turned = key ^ choices[i];
            CacheLines.Fetch(buckets + turned);
            probes[count].Bucket = buckets + turned;
            probes[count].Look = look;
            count += (int)(Unsafe.Add(ref occupied, turned / 64) >> (int)(turned % 64)) & 1;
        }

        return (i, count);
    }

    /// <summary>Lays the buckets out by their substrings, so that near ones lie near.</summary>
    public void Compact() => _slab.Compact(_buckets);

    /// <summary>Number of codes with a substring.</summary>
    public int Count(uint key) => _buckets[key].Count;

    /// <summary>A word without the substring's bits: those behind them move up.</summary>
    private ulong WithoutSubstring(ulong word)
    {
        var before = (1UL << _shift) - 1;
        var behind = _shift + Length < 64 ? word >> (_shift + Length) : 0;
        return (word & before) | (behind << _shift);
    }
}
