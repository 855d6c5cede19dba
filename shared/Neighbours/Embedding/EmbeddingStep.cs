using System.Numerics.Tensors;

namespace Pipeline.Neighbours.Embedding;

/// <summary>
/// One image's update: norm( top( v + strength · Σ neighbours ) ). The update rule is this project's reading of Collaborative
/// Index Embedding (Zhou, Li, Sun, Tian, TPAMI 2017), which publishes the objective alone.
/// </summary>
public static class EmbeddingStep
{
    /// <summary>Of a dense vector; entries that are dropped become zero.</summary>
    /// <param name="own">The image's vector.</param>
    /// <param name="neighbours">Vectors of the same length; none leaves the vector's direction as it is.</param>
    /// <param name="strength">Weight of their sum.</param>
    /// <param name="entries">How many entries of largest magnitude are kept; of equal ones the first.</param>
    /// <returns>A new vector of length 1, or zeros if nothing is left.</returns>
    public static float[] Dense(ReadOnlySpan<float> own, IEnumerable<float[]> neighbours, float strength, int entries)
    {
        ArgumentNullException.ThrowIfNull(neighbours);
        var sum = new float[own.Length];
        foreach (var neighbour in neighbours)
        {
            TensorPrimitives.Add(sum, neighbour, sum);
        }

        TensorPrimitives.Multiply(sum, strength, sum);
        TensorPrimitives.Add(sum, own, sum);
        KeepLargest(sum, entries);
        Normalise(sum);
        return sum;
    }

    /// <summary>Of a sparse vector.</summary>
    /// <param name="own">The image's vector.</param>
    /// <param name="neighbours">Its neighbours' vectors.</param>
    /// <param name="strength">Weight of their sum.</param>
    /// <param name="entries">How many entries of largest magnitude are kept; of equal ones those of the lowest index.</param>
    /// <returns>A new vector of length 1, or an empty one if nothing is left.</returns>
    public static SparseRow Sparse(SparseRow own, IReadOnlyCollection<SparseRow> neighbours, float strength, int entries)
    {
        ArgumentNullException.ThrowIfNull(neighbours);
        var sum = new SortedDictionary<uint, float>();
        foreach (var neighbour in neighbours)
        {
            Add(neighbour, 1);
        }

        foreach (var index in sum.Keys.ToArray())
        {
            sum[index] *= strength;
        }

        Add(own, 1);
        var indices = sum.Keys.ToArray();
        var values = sum.Values.ToArray();
        KeepLargest(values, entries);
        Normalise(values);
        var kept = SparseRow.FromDense(values);
        return kept with { Indices = Array.ConvertAll(kept.Indices, place => indices[place]) };

        void Add(SparseRow row, float weight)
        {
            for (var i = 0; i < row.Indices.Length; i++)
            {
                sum[row.Indices[i]] = sum.GetValueOrDefault(row.Indices[i]) + (weight * row.Values[i]);
            }
        }
    }

    private static void KeepLargest(Span<float> values, int entries)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(entries, 1);
        if (values.Length <= entries)
        {
            return;
        }

        var magnitudes = new float[values.Length];
        TensorPrimitives.Abs(values, magnitudes);
        Array.Sort(magnitudes);
        var least = magnitudes[^entries];
        var above = magnitudes.AsSpan().Length - FirstAbove(magnitudes, least);
        var ties = entries - above;
        foreach (ref var value in values)
        {
            var magnitude = Math.Abs(value);
            if (magnitude < least || (magnitude == least && ties-- <= 0))
            {
                value = 0;
            }
        }
    }

    /// <summary>Where the ascending magnitudes first exceed the value.</summary>
    private static int FirstAbove(float[] magnitudes, float value)
    {
        var i = magnitudes.Length;
        while (i > 0 && magnitudes[i - 1] > value)
        {
            i--;
        }

        return i;
    }

    private static void Normalise(Span<float> values)
    {
        var length = TensorPrimitives.Norm<float>(values);
        if (length > 0)
        {
            TensorPrimitives.Divide(values, length, values);
        }
    }
}
