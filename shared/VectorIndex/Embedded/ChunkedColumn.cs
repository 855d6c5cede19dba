namespace Pipeline.VectorIndex.Embedded;

/// <summary>
/// A column of row data in chunks that never move, so that it grows without copying and readers need no lock: whoever
/// reads a row that its snapshot shows finds the chunk in whatever version of the outer array it sees.
/// One writer at a time.
/// </summary>
/// <param name="chunkLength">Elements in a chunk of <see cref="Rows.PerChunk"/> rows.</param>
/// <param name="pinned">True for slabs that kernels read by address.</param>
internal sealed class ChunkedColumn<T>(int chunkLength, bool pinned = false)
{
    private T[]?[] _chunks = [];

    public int ChunkLength => chunkLength;

    /// <summary>Chunks that there may be; it only grows.</summary>
    public int Length => Volatile.Read(ref _chunks).Length;

    /// <summary>The chunk, or null if no row of it was ever written.</summary>
    public T[]? Find(int chunk)
    {
        var chunks = Volatile.Read(ref _chunks);
        return chunk < chunks.Length ? Volatile.Read(ref chunks[chunk]) : null;
    }

    /// <summary>The chunk, which must have been written.</summary>
    public T[] this[int chunk] => Volatile.Read(ref _chunks)[chunk]!;

    /// <summary>The chunk, allocated if need be. For the writer.</summary>
    public T[] Ensure(int chunk)
    {
        if (chunk >= _chunks.Length)
        {
            var grown = new T[]?[Math.Max(chunk + 1, _chunks.Length * 2)];
            _chunks.CopyTo(grown, 0);
            Volatile.Write(ref _chunks, grown);
        }

        if (_chunks[chunk] is null)
        {
            Volatile.Write(ref _chunks[chunk], pinned ? GC.AllocateUninitializedArray<T>(chunkLength, pinned: true) : new T[chunkLength]);
        }

        return _chunks[chunk]!;
    }
}
