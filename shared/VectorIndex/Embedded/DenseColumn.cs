using System.Runtime.CompilerServices;
using Pipeline.VectorIndex.Kernels;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>Normalised vectors, row after row in pinned slabs, padded with zeros so that kernels need no tails.</summary>
internal sealed class DenseColumn(DenseSpace space) : SpaceColumn(space)
{
    private const int Alignment = 64;

    private readonly ChunkedColumn<float> _slabs =
        new((Rows.PerChunk * DotKernel.PaddedLength(space.Dimensions)) + (Alignment / sizeof(float)), pinned: true);

    /// <summary>Floats from one row to the next.</summary>
    public int Stride { get; } = DotKernel.PaddedLength(space.Dimensions);

    /// <summary>Row 0 of a chunk; the chunk's slab is pinned.</summary>
    public unsafe float* Slab(int chunk) => Align(_slabs[chunk]);

    /// <summary>A row, which is padded and aligned as kernels want both sides to be.</summary>
    public unsafe float* Row(int row) => Slab(Rows.Chunk(row)) + ((long)Rows.InChunk(row) * Stride);

    protected override unsafe void Store(int row, VectorValue value)
    {
        var target = new Span<float>(Align(_slabs.Ensure(Rows.Chunk(row))) + ((long)Rows.InChunk(row) * Stride), Stride);
        ((DenseVector)value).Values.CopyTo(target);
        target[space.Dimensions..].Clear();
    }

    protected override unsafe VectorValue Fetch(int row) =>
        new DenseVector(new Span<float>(Row(row), space.Dimensions).ToArray());

    private static unsafe float* Align(float[] slab)
    {
        var address = (nuint)Unsafe.AsPointer(ref slab[0]);
        return (float*)((address + Alignment - 1) & ~(nuint)(Alignment - 1));
    }
}
