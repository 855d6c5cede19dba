using System.Numerics.Tensors;

namespace Pipeline.Hashing.Learning;

/// <summary>Features to learn from, row-major [n, d], all finite.</summary>
public sealed class FeatureRows
{
    private readonly ReadOnlyMemory<float> _values;

    /// <summary>Wraps rows without copying them.</summary>
    /// <param name="values">Row-major [n, d].</param>
    /// <param name="dimensions">d.</param>
    /// <exception cref="ArgumentException">The values do not fill whole rows.</exception>
    /// <exception cref="TrainingDataException">There is no row, or a value is not finite.</exception>
    public FeatureRows(ReadOnlyMemory<float> values, int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        if (values.Length % dimensions != 0)
        {
            throw new ArgumentException($"{values.Length} values are no rows of {dimensions}.", nameof(values));
        }

        if (values.IsEmpty)
        {
            throw new TrainingDataException("There are no features to learn from.");
        }

        if (!TensorPrimitives.IsFiniteAll(values.Span))
        {
            throw new TrainingDataException("A feature to learn from is not finite.");
        }

        (_values, Dimensions, Count) = (values, dimensions, values.Length / dimensions);
    }

    /// <summary>Number of rows n, at least 1.</summary>
    public int Count { get; }

    /// <summary>Length d of a row.</summary>
    public int Dimensions { get; }

    /// <summary>All rows.</summary>
    public ReadOnlySpan<float> Values => _values.Span;

    /// <summary>One row of d values.</summary>
    public ReadOnlySpan<float> this[int row] => _values.Span.Slice(row * Dimensions, Dimensions);
}
