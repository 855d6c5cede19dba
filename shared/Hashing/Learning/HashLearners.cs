namespace Pipeline.Hashing.Learning;

/// <summary>The learners by name.</summary>
public static class HashLearners
{
    private static readonly Dictionary<string, Func<IHashLearner>> References = new(StringComparer.Ordinal)
    {
        ["lsh"] = () => new LocalitySensitiveHashing(),
        ["sh"] = () => new SpectralHashing(),
        ["bre"] = () => new BinaryReconstructiveEmbedding(),
        ["mlh"] = () => new MinimalLossHashing(),
        ["sph"] = () => new SphericalHashing(),
        ["itq"] = () => new IterativeQuantization(),
    };

    /// <summary>Names of the reference methods.</summary>
    public static IReadOnlyList<string> ReferenceNames { get; } = [.. References.Keys];

    /// <summary>The learner of a name: one of <see cref="ReferenceNames"/>, or <c>ldph(…)</c> around one.</summary>
    /// <exception cref="ArgumentException">There is none of the name.</exception>
    public static IHashLearner Named(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (References.TryGetValue(name, out Func<IHashLearner>? make))
        {
            return make();
        }

        return name.StartsWith("ldph(", StringComparison.Ordinal) && name.EndsWith(')')
            && References.TryGetValue(name[5..^1], out Func<IHashLearner>? reference)
            ? new LinearDistancePreservingHashing(reference())
            : throw new ArgumentException(
                $"There is no learner {name}; there are {string.Join(", ", ReferenceNames)}, and ldph(…) around each.", nameof(name));
    }
}
