using Pipeline.Onnx;

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

    /// <summary>
    /// The learner of a name: one of <see cref="ReferenceNames"/>, or around one <c>ldph(…)</c>, or <c>ldsh(…)</c>, which is an
    /// <see cref="ISupervisedHashLearner"/>.
    /// </summary>
    /// <param name="name">The name.</param>
    /// <param name="sessions">Where ONNX Runtime trains what is around a reference, if on a GPU; null: not at all.</param>
    /// <exception cref="ArgumentException">There is none of the name.</exception>
    public static IHashLearner Named(string name, OnnxSessionFactory? sessions = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (References.TryGetValue(name, out Func<IHashLearner>? make))
        {
            return make();
        }

        return name.EndsWith(')') && name.Length > 6 && References.TryGetValue(name[5..^1], out Func<IHashLearner>? reference)
            ? name[..5] switch
            {
                "ldph(" => new LinearDistancePreservingHashing(reference(), sessions: sessions),
                "ldsh(" => new LinearDistanceSupervisedHashing(reference(), sessions: sessions),
                _ => throw Unknown(name),
            }
            : throw Unknown(name);
    }

    private static ArgumentException Unknown(string name) => new(
        $"There is no learner {name}; there are {string.Join(", ", ReferenceNames)}, and ldph(…) and ldsh(…) around each.", nameof(name));
}
