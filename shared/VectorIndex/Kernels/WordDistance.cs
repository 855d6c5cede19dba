using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.VectorIndex.Kernels;

/// <summary>
/// Compares words that lie one behind the other with one word, for short lists that are not worth being turned into bit
/// planes. Vectors count bits by a table of nibbles.
/// </summary>
internal static unsafe class WordDistance
{
    /// <summary>Words behind the last that must be readable.</summary>
    public const int ReadAhead = 7;

    public static bool Has512 => Avx512BW.IsSupported && Vector512.IsHardwareAccelerated;

    public static bool Has256 => Avx2.IsSupported;

    /// <summary>The words that differ from the query in at most so many bits, by the widest vectors this processor has.</summary>
    /// <param name="words">The words; up to <see cref="ReadAhead"/> behind them are read too.</param>
    /// <param name="count">Their number, 1 to 64.</param>
    /// <param name="query">What they are compared with.</param>
    /// <param name="limit">Greatest number of bits, at least 0.</param>
    /// <returns>Bit i is set if word i is near enough.</returns>
    public static ulong Within(ulong* words, int count, ulong query, int limit) =>
        Has512 ? Within512(words, count, query, limit)
        : Has256 ? Within256(words, count, query, limit)
        : WithinScalar(words, count, query, limit);

    public static ulong Within512(ulong* words, int count, ulong query, int limit)
    {
        var half = Vector256.Create(OfNibbles, OfNibbles);
        var table = Vector512.Create(half, half);
        var nibble = Vector512.Create((byte)0x0F);
        var wanted = Vector512.Create(query);
        var most = Vector512.Create((ulong)limit);
        ulong near = 0;
        for (var i = 0; i < count; i += 8)
        {
            var difference = (Vector512.Load(words + i) ^ wanted).AsByte();
            var counts = Avx512BW.Shuffle(table, difference & nibble)
                + Avx512BW.Shuffle(table, (difference.AsUInt16() >>> 4).AsByte() & nibble);
            var distance = Avx512BW.SumAbsoluteDifferences(counts, Vector512<byte>.Zero).AsUInt64();
            near |= Vector512.LessThanOrEqual(distance, most).ExtractMostSignificantBits() << i;
        }

        return near & (ulong.MaxValue >> (64 - count));
    }

    public static ulong Within256(ulong* words, int count, ulong query, int limit)
    {
        var table = Vector256.Create(OfNibbles, OfNibbles);
        var nibble = Vector256.Create((byte)0x0F);
        var wanted = Vector256.Create(query);
        var most = Vector256.Create((long)limit);
        ulong near = 0;
        for (var i = 0; i < count; i += 4)
        {
            var difference = (Vector256.Load(words + i) ^ wanted).AsByte();
            var counts = Avx2.Shuffle(table, difference & nibble)
                + Avx2.Shuffle(table, (difference.AsUInt16() >>> 4).AsByte() & nibble);
            var distance = Avx2.SumAbsoluteDifferences(counts, Vector256<byte>.Zero).AsInt64();
            near |= (ulong)Vector256.LessThanOrEqual(distance, most).ExtractMostSignificantBits() << i;
        }

        return near & (ulong.MaxValue >> (64 - count));
    }

    public static ulong WithinScalar(ulong* words, int count, ulong query, int limit)
    {
        ulong near = 0;
        for (var i = 0; i < count; i++)
        {
            near |= (BitOperations.PopCount(words[i] ^ query) <= limit ? 1UL : 0) << i;
        }

        return near;
    }

    /// <summary>Byte n is the number of bits set in n.</summary>
    private static Vector128<byte> OfNibbles => Vector128.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
}
