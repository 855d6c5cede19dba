namespace Pipeline.VectorIndex;

/// <summary>The vector spaces of a collection. They are fixed when it is created.</summary>
/// <param name="Spaces">At least one, with distinct names.</param>
public sealed record CollectionSchema(IReadOnlyList<VectorSpace> Spaces)
{
    /// <summary>Longest vector or code a space may have.</summary>
    public const int MaxLength = 65_536;

    /// <summary>Throws unless the schema is usable.</summary>
    /// <exception cref="ArgumentException">No spaces, a name twice or empty, or a length out of 1 … <see cref="MaxLength"/>.</exception>
    public void Validate()
    {
        if (Spaces is null || Spaces.Count is 0 or > 255)
        {
            throw new ArgumentException("A collection has 1 to 255 spaces.");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var space in Spaces)
        {
            ArgumentNullException.ThrowIfNull(space);
            if (string.IsNullOrEmpty(space.Name) || !names.Add(space.Name))
            {
                throw new ArgumentException($"The space name '{space.Name}' is empty or used twice.");
            }

            var length = space switch
            {
                DenseSpace dense => dense.Dimensions,
                CodeSpace code => code.Bits,
                _ => 1,
            };
            if (length is < 1 or > MaxLength)
            {
                throw new ArgumentException($"The space '{space.Name}' has length {length}; it must be 1 to {MaxLength}.");
            }
        }
    }

    /// <summary>True if both have the same spaces, in whatever order.</summary>
    public bool HasSameSpaces(CollectionSchema other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Spaces.Count == other.Spaces.Count && Spaces.ToHashSet().SetEquals(other.Spaces);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", Spaces);
}
