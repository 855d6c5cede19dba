using System.Runtime.CompilerServices;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>A code as <see cref="Kernels.HammingKernel"/> takes a query: a word for each bit, all ones or zero.</summary>
internal sealed class PlaneQuery
{
    private readonly ulong[] _words;

    /// <param name="code">Bytes, least significant bit first, with zeros beyond the code.</param>
    public PlaneQuery(ReadOnlySpan<byte> code)
    {
        _words = GC.AllocateUninitializedArray<ulong>(code.Length * 8, pinned: true);
        for (var i = 0; i < _words.Length; i++)
        {
            _words[i] = 0 - (((ulong)code[i / 8] >> (i % 8)) & 1);
        }
    }

    /// <summary>Number of words: the planes of the blocks it is compared with.</summary>
    public int Planes => _words.Length;

    /// <summary>The words. They live, unmoved, as long as this object.</summary>
    public unsafe ulong* Words => (ulong*)Unsafe.AsPointer(ref _words[0]);
}
