using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>Binary codes in word planes: within a chunk, word j of all rows lies together, so that kernels compare rows side by side.</summary>
internal sealed class CodeColumn(CodeSpace space) : SpaceColumn(space)
{
    private readonly ChunkedColumn<ulong> _planes = new(Rows.PerChunk * WordCount(space), pinned: true);

    /// <summary>Words in a code.</summary>
    public int Words { get; } = WordCount(space);

    /// <summary>Plane 0 of a chunk; plane j is j · <see cref="Rows.PerChunk"/> further. The chunk is pinned.</summary>
    public unsafe ulong* Planes(int chunk) => (ulong*)Unsafe.AsPointer(ref _planes[chunk][0]);

    /// <summary>The code as words, least significant bit first.</summary>
    public ulong[] ToWords(BinaryCode code)
    {
        var words = new ulong[Words];
        code.Bytes.CopyTo(MemoryMarshal.AsBytes(words.AsSpan()));
        return words;
    }

    protected override void Store(int row, VectorValue value)
    {
        var planes = _planes.Ensure(Rows.Chunk(row));
        var words = ToWords((BinaryCode)value);
        for (var j = 0; j < words.Length; j++)
        {
            planes[(j * Rows.PerChunk) + Rows.InChunk(row)] = words[j];
        }
    }

    /// <summary>Gathers a row's code.</summary>
    public void CopyWords(int row, Span<ulong> words)
    {
        var planes = _planes[Rows.Chunk(row)];
        for (var j = 0; j < words.Length; j++)
        {
            words[j] = planes[(j * Rows.PerChunk) + Rows.InChunk(row)];
        }
    }

    protected override VectorValue Fetch(int row)
    {
        var words = new ulong[Words];
        CopyWords(row, words);
        return new BinaryCode(MemoryMarshal.AsBytes(words.AsSpan())[..space.ByteLength].ToArray());
    }

    private static int WordCount(CodeSpace space) => (space.Bits + 63) / 64;
}
