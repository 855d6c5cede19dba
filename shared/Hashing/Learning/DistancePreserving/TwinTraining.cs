using Pipeline.Onnx;

namespace Pipeline.Hashing.Learning;

/// <summary>The schedule of linear distance preserving hashing.</summary>
internal sealed class TwinTraining : IDisposable
{
    private readonly LdphOptions _options;
    private readonly SplitMix64 _random;
    private readonly RowCodes _reference;
    private readonly ITwinSteps _steps;
    private RowCodes _targets;
    private double _slope;
    private double _intercept;

    /// <summary>Draws a network.</summary>
    /// <param name="inputs">All rows.</param>
    /// <param name="reference">Their codes by the reference.</param>
    /// <param name="options">The recipe.</param>
    /// <param name="random">Decides whatever is random.</param>
    /// <param name="sessions">Where ONNX Runtime trains; null trains in plain C#.</param>
    public TwinTraining(RowMatrix inputs, RowCodes reference, LdphOptions options, SplitMix64 random, OnnxSessionFactory? sessions)
    {
        (_options, _random, _reference, _targets) = (options, random, reference, reference);
        int bits = reference.Values.Columns;
        Network = new TwinNetwork(inputs, bits, bits, options.Dropout, 2 * options.BatchSize, random);
        _steps = sessions is null
            ? new PlainTwinSteps(Network, options)
            : new OnnxTwinSteps(sessions, Network, inputs, reference, options);
    }

    /// <summary>The network, up to date after each <see cref="Fit"/>.</summary>
    public TwinNetwork Network { get; }

    /// <summary>Pre-trains the network on the reference's bits.</summary>
    public void Imitate(CancellationToken ct)
    {
        int[] order = [.. Enumerable.Range(0, _targets.Values.Rows)];
        for (int epoch = 0; epoch < _options.PretrainingEpochs; epoch++)
        {
            _random.Shuffle(order);
            for (int first = 0; first < order.Length; first += _options.BatchSize)
            {
                ct.ThrowIfCancellationRequested();
                int count = Math.Min(_options.BatchSize, order.Length - first);
                _steps.Imitate(order.AsMemory(first, count), _targets, _random.Next());
            }
        }

        _steps.Rest();
    }

    /// <summary>Takes the network's codes as the next target and fits the line h ≈ a·d + b to the pairs.</summary>
    public LdphRound Fit(int round, RowPair[] pairs)
    {
        _steps.Publish();
        _targets = Network.Encode();
        double d = 0, h = 0, dd = 0, dh = 0, hh = 0;
        foreach (RowPair pair in pairs)
        {
            d += pair.Distance;
            h += _targets.Distance(pair.First, pair.Second);
        }

        double meanD = d / pairs.Length, meanH = h / pairs.Length;
        foreach (RowPair pair in pairs)
        {
            double x = pair.Distance - meanD, y = _targets.Distance(pair.First, pair.Second) - meanH;
            dd += x * x;
            dh += x * y;
            hh += y * y;
        }

        // All distances equal tell no slope: the line is level.
        _slope = dd > 0 ? dh / dd : 0;
        _intercept = meanH - (_slope * meanD);
        double correlation = dd > 0 && hh > 0 ? dh / Math.Sqrt(dd * hh) : 0;
        return new LdphRound(round, _slope, _intercept, correlation, _targets.Agreement(_reference));
    }

    /// <summary>Trains on all pairs, once an epoch.</summary>
    public void Preserve(RowPair[] pairs, CancellationToken ct)
    {
        var term = new DistanceTerm(_slope, _intercept, _options.Alpha, _options.Lambda, _options.Gamma);
        int[] order = [.. Enumerable.Range(0, pairs.Length)];
        var batch = new RowPair[_options.BatchSize];
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
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _steps.Dispose();
}
