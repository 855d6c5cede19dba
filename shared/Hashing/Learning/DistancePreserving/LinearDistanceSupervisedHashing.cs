using Pipeline.Onnx;

namespace Pipeline.Hashing.Learning;

/// <summary>
/// LDSH, the supervised variant of <see cref="LinearDistancePreservingHashing"/>: distances of labelled pairs count half for equal
/// labels and a quarter more for different ones, and rounds are judged by how high rows of equal labels rank.
/// </summary>
/// <param name="reference">The method whose bits are imitated.</param>
/// <param name="options">The recipe; null for the default one.</param>
/// <param name="sessions">Where ONNX Runtime trains, if it does (<see cref="LdphOptions.Engine"/>); null: not at all.</param>
public sealed class LinearDistanceSupervisedHashing(
    IHashLearner reference, LdphOptions? options = null, OnnxSessionFactory? sessions = null) : ISupervisedHashLearner
{
    private readonly LinearDistancePreservingHashing _preserving = new(reference, options, sessions);

    /// <inheritdoc/>
    public string Name => $"ldsh({reference.Name})";

    /// <summary>Never trains: without labels this is no method of its own.</summary>
    /// <exception cref="TrainingDataException">Always.</exception>
    public IHashFunction Train(FeatureRows rows, int bits, ulong seed, CancellationToken ct = default) =>
        throw new TrainingDataException("It learns from labels, and too few of the features have one.");

    /// <inheritdoc/>
    public IHashFunction Train(FeatureRows rows, IReadOnlyList<int?> labels, int bits, ulong seed, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(labels);
        TrainingRows.Check(rows, bits);
        return _preserving.Improve(reference.Train(rows, bits, seed, ct), rows, labels, seed, progress: null, ct);
    }
}
