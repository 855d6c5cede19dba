using Pipeline.Hashing.Learning;

namespace Pipeline.HashEncoding.Training;

/// <summary>The methods that can train encoders, by name.</summary>
public sealed class EncoderMethods(IEnumerable<IHashLearner> learners)
{
    private readonly Dictionary<string, IHashLearner> _learners = learners.ToDictionary(learner => learner.Name, StringComparer.Ordinal);

    /// <summary>Names of all methods, in the order in which they were registered.</summary>
    public IReadOnlyList<string> Names => [.. _learners.Keys];

    /// <summary>
    /// The learners of these names, each once; the reference <c>x</c> of a method <c>y(x)</c> comes before it, whether it was named or not,
    /// so that nothing is ever promoted that is worse than what it improves on.
    /// </summary>
    /// <param name="names">The names; null for all.</param>
    /// <returns>The learners; null if a name is unknown, or there is none.</returns>
    public IReadOnlyList<IHashLearner>? Find(IEnumerable<string>? names)
    {
        var found = new List<IHashLearner>();
        foreach (var name in (names ?? Names).SelectMany(WithReference).Distinct(StringComparer.Ordinal))
        {
            if (!_learners.TryGetValue(name, out var learner))
            {
                return null;
            }

            found.Add(learner);
        }

        return found.Count > 0 ? found : null;
    }

    private static IEnumerable<string> WithReference(string name) =>
        name.IndexOf('(', StringComparison.Ordinal) is >= 0 and var open && name.EndsWith(')')
            ? [name[(open + 1)..^1], name]
            : [name];
}
