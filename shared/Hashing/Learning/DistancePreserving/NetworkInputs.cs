namespace Pipeline.Hashing.Learning;

/// <summary>
/// What the network sees of features: as many principal components as there are bits, or as the rows vary in, each
/// divided by its deviation.
/// </summary>
internal sealed class NetworkInputs
{
    private readonly PrincipalComponents _components;
    private readonly double[] _deviations;

    private NetworkInputs(PrincipalComponents components)
    {
        _components = components;
        _deviations = [.. components.Variances.Select(Math.Sqrt)];
        Rows = new RowMatrix(components.Projected.Rows, components.Count);
        for (int row = 0; row < Rows.Rows; row++)
        {
            ReadOnlySpan<float> from = components.Projected[row];
            Span<float> to = Rows[row];
            for (int i = 0; i < to.Length; i++)
            {
                to[i] = (float)(from[i] / _deviations[i]);
            }
        }
    }

    /// <summary>The scaled rows [n, inputs].</summary>
    public RowMatrix Rows { get; }

    public static NetworkInputs Of(FeatureRows rows, int bits) => new(PrincipalComponents.Of(rows, bits));

    /// <summary>The network as a function of features: centring, projection and scaling become part of its first layer.</summary>
    public NetworkHash ToFunction(TwinNetwork network, double dropout)
    {
        int hidden = network.Hidden.Weights.Columns, bits = network.Bits, d = _components.Mean.Length;
        var inner = new double[hidden * _components.Count];
        for (int input = 0; input < _components.Count; input++)
        {
            for (int unit = 0; unit < hidden; unit++)
            {
                inner[(unit * _components.Count) + input] = network.Hidden.Weights[input][unit] / _deviations[input];
            }
        }

        double[] hiddenWeights = _components.ToFeatureSpace(inner);
        double[] shift = TrainingRows.Thresholds(hiddenWeights, _components.Mean);
        var hiddenBiases = new double[hidden];
        for (int unit = 0; unit < hidden; unit++)
        {
            hiddenBiases[unit] = network.Hidden.Biases[unit] - shift[unit];
        }

        // In training a unit was there with probability 1 − dropout.
        var outputWeights = new double[bits * hidden];
        var outputBiases = new double[bits];
        for (int bit = 0; bit < bits; bit++)
        {
            outputBiases[bit] = network.Output.Biases[bit];
            for (int unit = 0; unit < hidden; unit++)
            {
                outputWeights[(bit * hidden) + unit] = network.Output.Weights[unit][bit] * (1 - dropout);
            }
        }

        return new NetworkHash(hiddenWeights, hiddenBiases, outputWeights, outputBiases, d);
    }
}
