using Pipeline.Onnx;

namespace Pipeline.Hashing.Learning;

/// <summary>
/// Linear distance preserving, pseudo-supervised hashing (Wang, Zhou, Tian, Li: ACM MM 2016; IEEE TIP 27(2), 2018): a
/// network first imitates the bits of a reference method, then learns from random pairs to make Hamming distances a
/// linear function of Euclidean ones.
/// </summary>
/// <remarks>
/// The published recipe raises the correlation of both distances, but seldom the precision of a reference that is good
/// already. What <see cref="LdphOptions"/> say is ours turns it to rankings: near pairs, features' own distances, and
/// rounds that are undone where they do not help. <see cref="LdphOptions.Published"/> leaves all that out.
/// </remarks>
/// <param name="reference">The method whose bits are imitated.</param>
/// <param name="options">The recipe; null for the default one.</param>
/// <param name="sessions">Where ONNX Runtime trains, if it does (<see cref="LdphOptions.Engine"/>); null: not at all.</param>
public sealed class LinearDistancePreservingHashing(
    IHashLearner reference, LdphOptions? options = null, OnnxSessionFactory? sessions = null) : IHashLearner
{
    private readonly LdphOptions _options = options ?? new();
    private readonly OnnxSessionFactory? _sessions = (options?.Engine ?? LdphEngine.Auto) switch
    {
        LdphEngine.Plain => null,
        LdphEngine.Onnx => sessions ?? throw new ArgumentNullException(nameof(sessions), "Training by ONNX Runtime needs sessions."),
        _ => sessions?.ActiveProvider == OnnxProvider.Cpu ? null : sessions,
    };

    /// <inheritdoc/>
    public string Name => $"ldph({reference.Name})";

    /// <inheritdoc/>
    public IHashFunction Train(FeatureRows rows, int bits, ulong seed, CancellationToken ct = default)
    {
        TrainingRows.Check(rows, bits);
        return Improve(reference.Train(rows, bits, seed, ct), rows, seed, null, ct);
    }

    /// <summary>Trains from a reference that is already trained, on the same rows or others.</summary>
    /// <param name="trained">The function whose bits are imitated.</param>
    /// <param name="rows">The features to learn from.</param>
    /// <param name="seed">Decides whatever is random.</param>
    /// <param name="progress">Told of the imitation and of each round.</param>
    /// <param name="ct">Ends the training with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentException">The function is one of other features.</exception>
    /// <exception cref="TrainingDataException">The rows cannot be learnt from.</exception>
    public IHashFunction Improve(
        IHashFunction trained, FeatureRows rows, ulong seed, Action<LdphRound>? progress = null, CancellationToken ct = default) =>
        Improve(trained, rows, null, seed, progress, ct);

    /// <summary>
    /// The supervised variant (LDSH): distances of labelled pairs are halved for equal labels and a quarter longer for
    /// different ones, and a round is kept if rows of equal labels rank higher. How the paper's variant uses labels is not
    /// known to us: this way is ours.
    /// </summary>
    /// <param name="trained">The function whose bits are imitated.</param>
    /// <param name="rows">The features to learn from.</param>
    /// <param name="labels">One for each row, null for a row without; null: no supervision.</param>
    /// <param name="seed">Decides whatever is random.</param>
    /// <param name="progress">Told of the imitation and of each round.</param>
    /// <param name="ct">Ends the training with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ArgumentException">The function is one of other features, or labels do not fit the rows.</exception>
    /// <exception cref="TrainingDataException">The rows cannot be learnt from.</exception>
    public IHashFunction Improve(
        IHashFunction trained, FeatureRows rows, IReadOnlyList<int?>? labels, ulong seed, Action<LdphRound>? progress = null,
        CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(trained);
        TrainingRows.Check(rows, trained.Bits);
        if (trained.Dimensions != rows.Dimensions)
        {
            throw new ArgumentException($"The reference encodes {trained.Dimensions} features, not {rows.Dimensions}.", nameof(trained));
        }

        var random = new SplitMix64(seed ^ 0x4C445048);
        var inputs = NetworkInputs.Of(rows, trained.Bits);
        RowCodes codes = RowCodes.Of(trained, rows);
        RowLabels? known = labels is null ? null : new RowLabels(labels, rows.Count);
        RowMatrix features = TrainingRows.Centred(rows, TrainingRows.Mean(rows));
        using var training = new TwinTraining(inputs.Rows, codes, new RankingCheck(features, known, random), _options, random, _sessions);
        training.Imitate(ct);
        int count = Math.Max(_options.LeastPairs, _options.PairsPerRow * rows.Count);
        var draws = new PairDraws(_options.FeatureDistances ? features : inputs.Rows, count, known, random);
        RowPair[] mixed = _options.NearShare > 0 ? draws.WithNear(_options.NearShare) : draws.Random;
        LdphRound state = training.Judge(0, draws.Random);
        progress?.Invoke(state);
        for (int round = 1; round <= _options.Rounds; round++)
        {
            training.Preserve(round % 2 == 1 ? mixed : draws.Random, ct);
            state = training.Judge(round, draws.Random);
            progress?.Invoke(state);
        }

        return inputs.ToFunction(training.Network, _options.Dropout);
    }
}
