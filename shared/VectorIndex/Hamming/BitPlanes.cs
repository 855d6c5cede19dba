using System.Runtime.CompilerServices;
using Pipeline.VectorIndex.Embedded;
using Pipeline.VectorIndex.Kernels;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>
/// Binary codes by row, in blocks of bit planes as <see cref="HammingKernel"/> reads them. One writer at a time; readers need
/// no lock for rows that were published to them, though a write changes words that hold other rows' bits too.
/// </summary>
internal sealed class BitPlanes
{
    private const int Alignment = 64;
    private const int BlocksPerChunk = Rows.PerChunk / HammingKernel.BlockRows;

    private readonly int _codeBytes;
    private readonly int _blockWords;
    private readonly ChunkedColumn<ulong> _chunks;

    /// <param name="bits">Length of the codes, at least 1.</param>
    public BitPlanes(int bits)
    {
        _codeBytes = (bits + 7) / 8;
        Planes = _codeBytes * 8;
        _blockWords = Planes * HammingKernel.PlaneWords;
        _chunks = new ChunkedColumn<ulong>((_blockWords * BlocksPerChunk) + (Alignment / sizeof(ulong)), pinned: true);
    }

    /// <summary>Planes of a block: the bits of a code, filled up to whole bytes.</summary>
    public int Planes { get; }

    /// <summary>The block of rows 512 · <paramref name="block"/> and following, aligned. It never moves.</summary>
    public unsafe ulong* Block(int block) => Block(_chunks[block / BlocksPerChunk], block % BlocksPerChunk);

    /// <summary>Stores a code.</summary>
    /// <param name="row">The row, at least 0.</param>
    /// <param name="code">Bytes, least significant bit first, with zeros beyond the code.</param>
    public unsafe void Write(int row, ReadOnlySpan<byte> code)
    {
        var (block, lane, bit) = Place(row);
        var word = Block(_chunks.Ensure(Rows.Chunk(row)), block % BlocksPerChunk) + lane;
        for (var i = 0; i < _codeBytes; i++)
        {
            for (uint rest = 0x100u | code[i]; rest > 1; rest >>= 1, word += HammingKernel.PlaneWords)
            {
                *word = (rest & 1) != 0 ? *word | bit : *word & ~bit;
            }
        }
    }

    /// <summary>Puts a row's code together.</summary>
    public unsafe void Read(int row, Span<byte> code)
    {
        var (block, lane, bit) = Place(row);
        var word = Block(block) + lane;
        for (var i = 0; i < _codeBytes; i++)
        {
            var value = 0;
            for (var b = 0; b < 8; b++, word += HammingKernel.PlaneWords)
            {
                value |= (*word & bit) != 0 ? 1 << b : 0;
            }

            code[i] = (byte)value;
        }
    }

    private static (int Block, int Lane, ulong Bit) Place(int row) =>
        (row / HammingKernel.BlockRows, row % HammingKernel.BlockRows / 64, 1UL << (row % 64));

    private unsafe ulong* Block(ulong[] chunk, int block)
    {
        var address = (nuint)Unsafe.AsPointer(ref chunk[0]);
        var aligned = (ulong*)((address + Alignment - 1) & ~(nuint)(Alignment - 1));
        return aligned + (block * _blockWords);
    }
}
