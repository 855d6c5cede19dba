using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>
/// Codes by some consecutive bits of theirs, the substring: a bucket for each. Of a code it keeps one word, so that most are
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

    // One bit for each bucket that is not empty: all bits together fit a near cache.
    private readonly ulong[] _occupied;
    private readonly BucketSlab _slab = new();

    /// <param name="firstBit">First bit of the substring.</param>
    /// <param name="length">Its length, 1 to <see cref="MaxLength"/>.</param>
    /// <param name="words">Words of a code.</param>
    public SubstringTable(int firstBit, int length, int words)
    {
        (_word, _shift, Length) = (firstBit / 64, firstBit % 64, length);
        _mask = (1u << length) - 1;
        _buckets = LargeArrays.Allocate<Bucket>(1 << length);
        _buckets.AsSpan().Clear();
        _occupied = new ulong[((1 << length) + 63) / 64];

        // Another word than the substring's, where there is one: the substring's bits are known to match already.
        KeptWord = (_word + 1) % words;
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
            tables[t] = new SubstringTable(first, length, (bits + 63) / 64);
            first += length;
        }

        return tables;
    }

    /// <summary>Length of the substrings in bits.</summary>
    public int Length { get; }

    /// <summary>The substring's bits in its first word.</summary>
    public ulong WordMask => (ulong)_mask << _shift;

    /// <summary>Which word of a code the buckets keep.</summary>
    public int KeptWord { get; }

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
        _slab.Add(ref _buckets[key], code[KeptWord], value);
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
    /// Finds the buckets, of those that are not empty, of a substring with some bits turned, and then with further choices of as
    /// many bits, until there is no room or no choice left.
    /// </summary>
    /// <param name="key">The substring.</param>
    /// <param name="flips">The bits to begin with; receives those to go on with, 2^<see cref="Length"/> or more behind the last.</param>
    /// <param name="probe">What to say of the table and the step.</param>
    /// <param name="probes">Receives the buckets.</param>
    /// <param name="room">Most of these.</param>
    /// <returns>How many there are.</returns>
    public unsafe int Find(uint key, ref uint flips, Probe probe, Probe* probes, int room)
    {
        var count = 0;
        var next = flips;
        probe.Words = _slab.Words;
        var buckets = (Bucket*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_buckets));
        ref var occupied = ref MemoryMarshal.GetArrayDataReference(_occupied);
        while (next <= _mask && count < room)
        {
            // Written in any case, and kept if the bucket is not empty: the processor need not guess.
            var turned = key ^ next;
            probe.Bucket = buckets + turned;
            probes[count] = probe;
            count += (int)(Unsafe.Add(ref occupied, turned / 64) >> (int)(turned % 64)) & 1;
            next = next == 0 ? _mask + 1 : NextOfWeight(next);
        }

        flips = next;
        return count;
    }

    /// <summary>The value at a place: a bucket's start and how far behind it.</summary>
    public int Value(int place) => _slab.Value(place);

    /// <summary>Fetches the value at a place into the cache.</summary>
    public void PrefetchValue(int place) => _slab.PrefetchValue(place);

    /// <summary>Lays the buckets out by their substrings, so that near ones lie near.</summary>
    public void Compact() => _slab.Compact(_buckets);

    /// <summary>Number of codes with a substring.</summary>
    public int Count(uint key) => _buckets[key].Count;

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
    private static uint NextOfWeight(uint bits)
    {
        var lowest = bits & (0 - bits);
        var ripple = bits + lowest;
        return ripple | (((bits ^ ripple) >> 2) >> BitOperations.TrailingZeroCount(lowest));
    }
}
