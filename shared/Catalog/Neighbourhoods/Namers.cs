namespace Pipeline.Catalog;

/// <summary>The images whose neighbour lists name an image.</summary>
/// <param name="Cnn">By CNN embedding, ascending.</param>
/// <param name="Sift">By visual words, ascending.</param>
public sealed record Namers(IReadOnlyList<Guid> Cnn, IReadOnlyList<Guid> Sift)
{
    /// <summary>Of an image that nobody names.</summary>
    public static Namers None { get; } = new([], []);

    /// <summary>In either space; an image may come twice.</summary>
    public IEnumerable<Guid> All => Cnn.Concat(Sift);

    /// <summary>The images that name it here, and do not in the other state, in the same space.</summary>
    public IEnumerable<Guid> Beyond(Namers other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Cnn.Except(other.Cnn).Union(Sift.Except(other.Sift));
    }
}
