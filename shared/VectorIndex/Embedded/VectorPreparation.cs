namespace Pipeline.VectorIndex.Embedded;

/// <summary>Checks callers' vectors against a space and copies them into the form that is stored: dense ones L2-normalised.</summary>
internal static class VectorPreparation
{
    /// <summary>A vector this close to unit length is taken as normalised, so that what was read can be written back unchanged.</summary>
    private const double UnitTolerance = 1e-6;

    /// <exception cref="ArgumentException">The value does not suit the space.</exception>
    public static VectorValue Prepare(VectorSpace space, VectorValue value) => (space, value) switch
    {
        (DenseSpace dense, DenseVector vector) => Prepare(dense, vector),
        (CodeSpace code, BinaryCode bits) => Prepare(code, bits),
        (SparseSpace sparse, SparseVector vector) => Prepare(sparse, vector),
        (_, null) => throw new ArgumentException($"The vector for {space} is null."),
        _ => throw new ArgumentException($"{space} cannot hold a {value.GetType().Name}."),
    };

    private static DenseVector Prepare(DenseSpace space, DenseVector vector)
    {
        var values = vector.Values ?? [];
        if (values.Length != space.Dimensions)
        {
            throw new ArgumentException($"{space} cannot hold a vector of {values.Length} dimensions.");
        }

        double squares = 0;
        foreach (var value in values)
        {
            squares += (double)value * value;
        }

        if (!double.IsFinite(squares) || squares == 0)
        {
            throw new ArgumentException($"A vector for {space} is all zeros or not finite; it has no direction.");
        }

        var normalised = (float[])values.Clone();
        if (Math.Abs(squares - 1) > UnitTolerance)
        {
            var norm = Math.Sqrt(squares);
            for (var i = 0; i < normalised.Length; i++)
            {
                normalised[i] = (float)(normalised[i] / norm);
            }
        }

        return new DenseVector(normalised);
    }

    private static BinaryCode Prepare(CodeSpace space, BinaryCode code)
    {
        var bytes = code.Bytes ?? [];
        var spare = (8 - (space.Bits % 8)) % 8;
        if (bytes.Length != space.ByteLength || (bytes[^1] & ~(0xFF >> spare)) != 0)
        {
            throw new ArgumentException($"{space} takes {space.ByteLength} bytes with zeros beyond the code; got {bytes.Length} bytes.");
        }

        return new BinaryCode((byte[])bytes.Clone());
    }

    private static SparseVector Prepare(SparseSpace space, SparseVector vector)
    {
        var (indices, values) = (vector.Indices ?? [], vector.Values ?? []);
        if (indices.Length != values.Length)
        {
            throw new ArgumentException($"A vector for {space} has {indices.Length} indices but {values.Length} values.");
        }

        for (var i = 0; i < indices.Length; i++)
        {
            if (!float.IsFinite(values[i]) || (i > 0 && indices[i] <= indices[i - 1]))
            {
                throw new ArgumentException($"A vector for {space} is not finite, or its indices are not strictly ascending, at position {i}.");
            }
        }

        return new SparseVector((uint[])indices.Clone(), (float[])values.Clone());
    }
}
