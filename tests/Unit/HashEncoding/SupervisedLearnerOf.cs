using Pipeline.Hashing;
using Pipeline.Hashing.Learning;

namespace Pipeline.Tests.Unit.HashEncoding;

/// <summary>Random hyperplanes that take note of the labels they were given.</summary>
internal sealed class SupervisedLearnerOf(string name) : ISupervisedHashLearner
{
    public string Name => name;

    public IReadOnlyList<int?>? Labels { get; private set; }

    public IHashFunction Train(FeatureRows rows, int bits, ulong seed, CancellationToken ct = default) =>
        throw new TrainingDataException("no labels");

    public IHashFunction Train(FeatureRows rows, IReadOnlyList<int?> labels, int bits, ulong seed, CancellationToken ct = default)
    {
        Labels = labels;
        return LearnerOf.Planes(name, offset: 1).Train(rows, bits, seed, ct);
    }
}
