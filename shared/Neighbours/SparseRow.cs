namespace Pipeline.Neighbours;

/// <summary>A sparse vector: the entries that are not zero.</summary>
/// <param name="Indices">Strictly ascending.</param>
/// <param name="Values">One for each index.</param>
public readonly record struct SparseRow(uint[] Indices, float[] Values)
{
    /// <summary>A vector of zeros.</summary>
    public static SparseRow Empty { get; } = new([], []);

    /// <summary>Number of entries.</summary>
    public int Count => Indices.Length;

    /// <summary>Bytes of an entry in an index: the index and the value.</summary>
    public const int EntryBytes = sizeof(uint) + sizeof(float);

    /// <summary>The entries of a dense vector that are not zero.</summary>
    public static SparseRow FromDense(ReadOnlySpan<float> values)
    {
        var count = values.Length - System.MemoryExtensions.Count(values, 0f);
        var (indices, entries) = (new uint[count], new float[count]);
        var next = 0;
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] != 0)
            {
                (indices[next], entries[next++]) = ((uint)i, values[i]);
            }
        }

        return new SparseRow(indices, entries);
    }

    /// <summary>Dot product, summed in ascending order of the indices in double precision, as the index does.</summary>
    public double Dot(SparseRow other)
    {
        double sum = 0;
        for (int i = 0, j = 0; i < Indices.Length && j < other.Indices.Length;)
        {
            if (Indices[i] == other.Indices[j])
            {
                sum += (double)Values[i++] * other.Values[j++];
            }
            else if (Indices[i] < other.Indices[j])
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return sum;
    }
}
