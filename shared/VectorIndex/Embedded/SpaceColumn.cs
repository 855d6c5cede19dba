namespace Pipeline.VectorIndex.Embedded;

/// <summary>
/// One space's vectors by row. Only the writer calls what changes it, and only for rows that no snapshot shows.
/// </summary>
internal abstract class SpaceColumn(VectorSpace space)
{
    public VectorSpace Space => space;

    /// <summary>Bits of the rows that have a vector here.</summary>
    public ChunkedColumn<ulong> Present { get; } = new(Rows.WordsPerChunk);

    public void Write(int row, VectorValue value)
    {
        Store(row, value);
        var words = Present.Ensure(Rows.Chunk(row));
        ref var word = ref words[Rows.Word(Rows.InChunk(row))];
        Volatile.Write(ref word, word | Rows.Bit(row));
        Stored(row);
    }

    public VectorValue? Read(int row) => Has(row) ? Fetch(row) : null;

    public bool Has(int row)
    {
        var words = Present.Find(Rows.Chunk(row));
        return words is not null && (Volatile.Read(ref words[Rows.Word(Rows.InChunk(row))]) & Rows.Bit(row)) != 0;
    }

    /// <summary>Frees rows that no reader can see any more.</summary>
    public void Purge(IReadOnlySet<int> rows)
    {
        Forget(rows);
        foreach (var row in rows)
        {
            if (Present.Find(Rows.Chunk(row)) is { } words)
            {
                ref var word = ref words[Rows.Word(Rows.InChunk(row))];
                Volatile.Write(ref word, word & ~Rows.Bit(row));
            }
        }

        Forgotten(rows);
    }

    protected abstract void Store(int row, VectorValue value);

    protected abstract VectorValue Fetch(int row);

    /// <summary>Called once a row is present.</summary>
    protected virtual void Stored(int row)
    {
    }

    /// <summary>Called once the rows are present no more.</summary>
    protected virtual void Forgotten(IReadOnlySet<int> rows)
    {
    }

    /// <summary>Called before the rows' presence is cleared.</summary>
    protected virtual void Forget(IReadOnlySet<int> rows)
    {
    }
}
