using System.Buffers;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>The rows a query looks at: a rented bitset in whole chunks.</summary>
internal sealed class RowMask : IDisposable
{
    private ulong[]? _words;

    public RowMask(int rowCount)
    {
        ChunkCount = Rows.ChunkCount(rowCount);
        _words = ArrayPool<ulong>.Shared.Rent(Math.Max(1, ChunkCount * Rows.WordsPerChunk));
    }

    public int ChunkCount { get; }

    public Span<ulong> Words => _words.AsSpan(0, ChunkCount * Rows.WordsPerChunk);

    public ReadOnlySpan<ulong> Chunk(int chunk) => Words.Slice(chunk * Rows.WordsPerChunk, Rows.WordsPerChunk);

    public bool Contains(int row) => (_words![Rows.Word(row)] & Rows.Bit(row)) != 0;

    public void Add(int row) => _words![Rows.Word(row)] |= Rows.Bit(row);

    public int Count()
    {
        var count = 0;
        foreach (var word in Words)
        {
            count += BitOperations.PopCount(word);
        }

        return count;
    }

    /// <summary>Keeps the rows that a column of bits has; chunks never written have none.</summary>
    public void And(ChunkedColumn<ulong> bits)
    {
        for (var chunk = 0; chunk < ChunkCount; chunk++)
        {
            var words = Words.Slice(chunk * Rows.WordsPerChunk, Rows.WordsPerChunk);
            var other = bits.Find(chunk);
            if (other is null)
            {
                words.Clear();
                continue;
            }

            for (var w = 0; w < words.Length; w++)
            {
                words[w] &= Volatile.Read(ref other[w]);
            }
        }
    }

    /// <summary>Keeps the rows of these postings.</summary>
    public void And(ReadOnlySpan<int> postings)
    {
        var words = Words;
        var other = ArrayPool<ulong>.Shared.Rent(words.Length);
        other.AsSpan(0, words.Length).Clear();
        foreach (var row in postings)
        {
            // Rows added after the snapshot was taken may lie beyond the mask.
            if (Rows.Word(row) < words.Length)
            {
                other[Rows.Word(row)] |= Rows.Bit(row);
            }
        }

        for (var w = 0; w < words.Length; w++)
        {
            words[w] &= other[w];
        }

        ArrayPool<ulong>.Shared.Return(other);
    }

    /// <summary>Keeps the rows whose ordinal in <paramref name="column"/> is <paramref name="ordinal"/>.</summary>
    public void AndEqual(ChunkedColumn<int> column, int ordinal)
    {
        var wanted = Vector256.Create(ordinal);
        for (var chunk = 0; chunk < ChunkCount; chunk++)
        {
            var words = Words.Slice(chunk * Rows.WordsPerChunk, Rows.WordsPerChunk);
            var ordinals = column.Find(chunk);
            if (ordinals is null)
            {
                words.Clear();
                continue;
            }

            for (var w = 0; w < words.Length; w++)
            {
                if (words[w] == 0)
                {
                    continue;
                }

                ref var first = ref ordinals[w * Rows.PerWord];
                ulong equal = 0;
                for (var lane = 0; lane < Rows.PerWord; lane += Vector256<int>.Count)
                {
                    var bits = Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)lane), wanted).ExtractMostSignificantBits();
                    equal |= (ulong)bits << lane;
                }

                words[w] &= equal;
            }
        }
    }

    public void Dispose()
    {
        if (_words is { } words)
        {
            _words = null;
            ArrayPool<ulong>.Shared.Return(words);
        }
    }
}
