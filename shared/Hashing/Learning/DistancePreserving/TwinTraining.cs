using Pipeline.Onnx;

namespace Pipeline.Hashing.Learning;

/// <summary>The schedule of linear distance preserving hashing.</summary>
internal sealed class TwinTraining : IDisposable
{
    private readonly LdphOptions _options;
    private readonly SplitMix64 _random;
    private readonly RowCodes _reference;
    private readonly ITwinSteps _steps;
    private readonly RankingCheck _check;
    private RowCodes _targets;
    private double _best = double.NegativeInfinity;
    private float[][] _parameters = [];

    /// <summary>Draws a network.</summary>
    /// <param name="inputs">All rows.</param>
    /// <param name="reference">Their codes by the reference.</param>
    /// <param name="check">Says whether a round is kept.</param>
    /// <param name="options">The recipe.</param>
    /// <param name="random">Decides whatever is random.</param>
    /// <param name="sessions">Where ONNX Runtime trains; null trains in plain C#.</param>
    public TwinTraining(
        RowMatrix inputs, RowCodes reference, RankingCheck check, LdphOptions options, SplitMix64 random, OnnxSessionFactory? sessions)
    {
        (_options, _random, _reference, _targets, _check) = (options, random, reference, reference, check);
        int bits = reference.Values.Columns;
        Network = new TwinNetwork(inputs, options.HiddenPerBit * bits, bits, options.Dropout, 2 * options.BatchSize, random);
        _steps = sessions is null
            ? new PlainTwinSteps(Network, options)
            : new OnnxTwinSteps(sessions, Network, inputs, reference, options);
    }

    /// <summary>The network, up to date after each <see cref="Judge"/>.</summary>
    public TwinNetwork Network { get; }

    /// <summary>Pre-trains the network on the reference's bits.</summary>
    public void Imitate(CancellationToken ct)
    {
        int[] order = [.. Enumerable.Range(0, _targets.Values.Rows)];
        var mean = new ParameterMean();
        int batches = (order.Length + _options.BatchSize - 1) / _options.BatchSize;
        int epochs = Math.Max(_options.PretrainingEpochs, _options.LeastImitationSteps / batches);
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            _random.Shuffle(order);
            for (int first = 0; first < order.Length; first += _options.BatchSize)
            {
                ct.ThrowIfCancellationRequested();
                int count = Math.Min(_options.BatchSize, order.Length - first);
                _steps.Imitate(order.AsMemory(first, count), _targets, _random.Next());
            }

            Average(mean, epoch, epochs);
        }

        _steps.Rest();
    }

    /// <summary>Keeps what the network has become, or takes it back; the codes of what is kept are the next target.</summary>
    /// <param name="round">The round's number.</param>
    /// <param name="pairs">Random pairs, to tell how linear distances are.</param>
    public LdphRound Judge(int round, RowPair[] pairs)
    {
        _steps.Publish();
        RowCodes codes = Network.Encode();
        double ranking = _check.MeanAveragePrecision(codes);
        bool kept = !_options.KeepBest || ranking > _best;
        var line = DistanceLine.Fit(pairs, codes);
        if (kept)
        {
            (_best, _targets, _parameters) = (ranking, codes, Network.Save());
        }
        else
        {
            Network.Load(_parameters);
            _steps.Reload();
        }

        return new LdphRound(round, line.Slope, line.Intercept, line.Correlation, codes.Agreement(_reference), ranking, kept);
    }

    /// <summary>Fits the line h ≈ a·d + b to the pairs and trains on all of them, once an epoch.</summary>
    public void Preserve(RowPair[] pairs, CancellationToken ct)
    {
        var line = DistanceLine.Fit(pairs, _targets);
        var term = new DistanceTerm(line.Slope, line.Intercept, _options.Alpha, _options.Lambda, _options.Gamma);
        int[] order = [.. Enumerable.Range(0, pairs.Length)];
        var batch = new RowPair[_options.BatchSize];
        var mean = new ParameterMean();
        for (int epoch = 0; epoch < _options.EpochsPerRound; epoch++)
        {
            _random.Shuffle(order);
            for (int first = 0; first < order.Length; first += batch.Length)
            {
                ct.ThrowIfCancellationRequested();
                int count = Math.Min(batch.Length, order.Length - first);
                for (int i = 0; i < count; i++)
                {
                    batch[i] = pairs[order[first + i]];
                }

                _steps.Preserve(batch.AsMemory(0, count), term, _targets, _random.Next());
            }

            Average(mean, epoch, _options.EpochsPerRound);
        }
    }

    /// <summary>After the last epoch the network is the mean of what it was after each of the last ones.</summary>
    private void Average(ParameterMean mean, int epoch, int epochs)
    {
        int left = epochs - 1 - epoch;
        if (left >= _options.AveragedEpochs)
        {
            return;
        }

        _steps.Publish();
        mean.Add(Network.Save());
        if (left == 0)
        {
            Network.Load(mean.Value());
            _steps.Reload();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _steps.Dispose();
}
