using Pipeline.Hashing.Learning;

namespace Pipeline.Tests.Unit.Hashing.Learning;

/// <summary>
/// The loss of a batch of pairs in double precision, as the formulas have it. Where the training takes the rounding as the
/// identity, each pair's error and the other twin's bits stay those of the start.
/// </summary>
internal sealed class TwinLoss
{
    private readonly TwinStepsTests.Scene _scene;
    private readonly int[] _rows;
    private readonly bool[] _kept;
    private readonly DistanceTerm _fit;
    private readonly double _beta;
    private readonly int _inputs;
    private readonly int _hidden;
    private readonly int _bits;
    private readonly double[] _pulls;

    public TwinLoss(TwinStepsTests.Scene scene, RowPair[] pairs, DistanceTerm fit, double beta, ulong dropoutSeed)
    {
        (_scene, _fit, _beta) = (scene, fit, beta);
        (_inputs, _hidden, _bits) = (scene.Inputs.Columns, scene.Plain.Hidden.Weights.Columns, scene.Plain.Bits);
        _rows = [.. pairs.SelectMany(pair => new[] { pair.First, pair.Second })];
        _kept = new bool[_rows.Length * _hidden];
        scene.Plain.KeptUnits(_kept, _rows.Length, dropoutSeed);
        Start = Flatten(scene.Plain);
        double[][] outputs = Outputs(Start);
        _pulls = new double[_rows.Length * _bits];
        for (int i = 0; i < pairs.Length; i++)
        {
            bool[] first = [.. outputs[2 * i].Select(h => h > 0.5)], second = [.. outputs[(2 * i) + 1].Select(h => h > 0.5)];
            double error = first.Zip(second).Count(bits => bits.First != bits.Second) - (fit.A * pairs[i].Distance) - fit.B;
            for (int bit = 0; bit < _bits; bit++)
            {
                _pulls[(2 * i * _bits) + bit] = fit.Lambda / _bits * error * (second[bit] ? -1 : 1);
                _pulls[(((2 * i) + 1) * _bits) + bit] = fit.Lambda / _bits * error * (first[bit] ? -1 : 1);
            }
        }
    }

    /// <summary>All parameters at the start.</summary>
    public double[] Start { get; }

    public static double[] Flatten(TwinNetwork network) =>
    [
        .. Values(network.Hidden.Weights), .. network.Hidden.Biases.Take(network.Hidden.Weights.Columns).Select(v => (double)v),
        .. Values(network.Output.Weights), .. network.Output.Biases.Take(network.Bits).Select(v => (double)v),
    ];

    public double[] FiniteDifferences()
    {
        const double Step = 1e-5;
        return [.. Enumerable.Range(0, Start.Length).Select(i => (At(i, Step) - At(i, -Step)) / (2 * Step))];

        double At(int parameter, double step)
        {
            double[] moved = [.. Start];
            moved[parameter] += step;
            return Loss(moved);
        }
    }

    private double Loss(double[] parameters)
    {
        double[][] outputs = Outputs(parameters);
        double sum = 0;
        for (int row = 0; row < _rows.Length; row++)
        {
            for (int bit = 0; bit < _bits; bit++)
            {
                double miss = outputs[row][bit] - _scene.Codes.Values[_rows[row]][bit];
                sum += (_fit.Alpha / 2 * miss * miss) + (_pulls[(row * _bits) + bit] * outputs[row][bit]);
            }
        }

        double entropy = Enumerable.Range(0, _bits).Average(bit =>
        {
            double q = outputs.Average(output => output[bit]);
            return -(q * Math.Log(q)) - ((1 - q) * Math.Log(1 - q));
        });

        // W·WᵀW is the gradient of ¼‖WᵀW‖².
        int second = (_inputs * _hidden) + _hidden;
        double orthogonal = Square(parameters.AsSpan(0, _inputs * _hidden), _hidden) + Square(parameters.AsSpan(second, _hidden * _bits), _bits);
        return (sum / _rows.Length) - (_fit.Gamma * entropy) + (_beta / 4 * orthogonal);
    }

    private double[][] Outputs(double[] parameters)
    {
        int hiddenBias = _inputs * _hidden, outputWeights = hiddenBias + _hidden, outputBias = outputWeights + (_hidden * _bits);
        return [.. _rows.Select((row, at) =>
        {
            double[] y = [.. Enumerable.Range(0, _hidden).Select(unit => _kept[(at * _hidden) + unit]
                ? 1.7159 * Math.Tanh(2 * Sum(_scene.Inputs[row], parameters, unit, _hidden, parameters[hiddenBias + unit]) / 3)
                : 0)];
            return Enumerable.Range(0, _bits).Select(bit =>
            {
                double sum = parameters[outputBias + bit];
                for (int unit = 0; unit < _hidden; unit++)
                {
                    sum += y[unit] * parameters[outputWeights + (unit * _bits) + bit];
                }

                return 1 / (1 + Math.Exp(-sum));
            }).ToArray();
        })];
    }

    private static double Sum(ReadOnlySpan<float> x, double[] weights, int column, int columns, double bias)
    {
        for (int i = 0; i < x.Length; i++)
        {
            bias += x[i] * weights[(i * columns) + column];
        }

        return bias;
    }

    private static double Square(ReadOnlySpan<double> weights, int columns)
    {
        double sum = 0;
        for (int i = 0; i < columns; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                double dot = 0;
                for (int at = 0; at < weights.Length; at += columns)
                {
                    dot += weights[at + i] * weights[at + j];
                }

                sum += dot * dot;
            }
        }

        return sum;
    }

    private static IEnumerable<double> Values(RowMatrix matrix) =>
        Enumerable.Range(0, matrix.Rows).SelectMany(row => matrix[row].ToArray()).Select(v => (double)v);
}
