using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>
/// Codes by record number, row by row, each together with its successor in every substring table: what a probe needs of a
/// candidate lies in one or two cache lines.
/// </summary>
internal sealed class CodeRecords(int words, int tables)
{
    private readonly int _stride = words + ((tables + 1) / 2);
    private ulong[] _data = [];

    /// <summary>The words of a code.</summary>
    public Span<ulong> Code(int record) => _data.AsSpan(record * _stride, words);

    /// <summary>The record behind this one in its bucket of a table; −1: none.</summary>
    public ref int Next(int record, int table) => ref Unsafe.Add(ref Unsafe.As<ulong, int>(ref _data[(record * _stride) + words]), table);

    /// <summary>Number of bits in which a code differs from another.</summary>
    public int Distance(int record, ReadOnlySpan<ulong> query)
    {
        ref var code = ref _data[record * _stride];
        var distance = BitOperations.PopCount(code ^ query[0]);
        for (var j = 1; j < query.Length; j++)
        {
            distance += BitOperations.PopCount(Unsafe.Add(ref code, j) ^ query[j]);
        }

        return distance;
    }

    /// <summary>Makes room for a record.</summary>
    public void Ensure(int record)
    {
        var length = checked((record + 1) * _stride);
        if (length > _data.Length)
        {
            Array.Resize(ref _data, Math.Max(length, _data.Length * 2));
        }
    }
}
