using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>Codes by record number, as words.</summary>
internal sealed class CodeRecords(int words)
{
    private ulong[] _data = [];

    /// <summary>The words of a code.</summary>
    public Span<ulong> Code(int record) => _data.AsSpan(record * words, words);

    /// <summary>In how many bits two codes differ.</summary>
    public static int Distance(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b)
    {
        var distance = 0;
        for (var i = 0; i < a.Length; i++)
        {
            distance += BitOperations.PopCount(a[i] ^ b[i]);
        }

        return distance;
    }

    /// <summary>Fetches a code into the cache.</summary>
    public unsafe void Prefetch(int record)
    {
        CacheLines.Fetch(Unsafe.AsPointer(ref _data[record * words]));
    }

    /// <summary>Makes room for a record.</summary>
    public void Ensure(int record)
    {
        var length = checked((record + 1) * words);
        if (length > _data.Length)
        {
            LargeArrays.Grow(ref _data, Math.Max(length, _data.Length * 2));
        }
    }
}
