using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace Pipeline.Hashing.Learning;

/// <summary>
/// The network of linear distance preserving hashing: inputs, hidden units 1.7159·tanh(2x/3), sigmoid outputs that round
/// to bits; and its gradients for a batch of rows or of pairs. Both twins are this one network.
/// </summary>
/// <remarks>
/// A batch is cut into parts of fixed size whose gradients are summed in their order, so that results do not depend on
/// the number of threads.
/// </remarks>
internal sealed class TwinNetwork
{
    private const int PartRows = 100;
    private readonly RowMatrix _inputs;
    private readonly double _dropout;
    private readonly GradientPart[] _parts;
    private readonly (RowMatrix, float[])[] _hiddenGradients;
    private readonly (RowMatrix, float[])[] _outputGradients;

    /// <summary>Draws initial weights from U(±4√(6/(fan-in + fan-out))); biases are 0.</summary>
    /// <param name="inputs">All rows [n, inputs].</param>
    /// <param name="hidden">Number of hidden units.</param>
    /// <param name="bits">Number of outputs.</param>
    /// <param name="dropout">Share of hidden units left out of each step.</param>
    /// <param name="batchRows">The most rows of a batch; a pair has two.</param>
    /// <param name="random">Draws the weights.</param>
    public TwinNetwork(RowMatrix inputs, int hidden, int bits, double dropout, int batchRows, SplitMix64 random)
    {
        (_inputs, _dropout) = (inputs, dropout);
        Hidden = new Layer(inputs.Columns, hidden, random);
        Output = new Layer(hidden, bits, random);
        _parts = new GradientPart[(batchRows + PartRows - 1) / PartRows];
        for (int i = 0; i < _parts.Length; i++)
        {
            _parts[i] = new GradientPart(PartRows, inputs.Columns, hidden, bits);
        }

        _hiddenGradients = [.. _parts.Select(part => (part.HiddenGradient, part.HiddenBias))];
        _outputGradients = [.. _parts.Select(part => (part.OutputGradient, part.OutputBias))];
    }

    /// <summary>Forgets the momentum.</summary>
    public void Rest()
    {
        Hidden.Rest();
        Output.Rest();
    }

    public Layer Hidden { get; }

    public Layer Output { get; }

    public int Bits => Output.Weights.Columns;

    /// <summary>Copies of all parameters.</summary>
    public float[][] Save() => [[.. Hidden.Weights.Values], [.. Hidden.Biases], [.. Output.Weights.Values], [.. Output.Biases]];

    /// <summary>Takes parameters that <see cref="Save"/> gave.</summary>
    public void Load(float[][] parameters)
    {
        parameters[0].CopyTo(Hidden.Weights.Values);
        parameters[1].CopyTo(Hidden.Biases, 0);
        parameters[2].CopyTo(Output.Weights.Values);
        parameters[3].CopyTo(Output.Biases, 0);
    }

    /// <summary>Makes the gradient of the mean over rows of ½‖H − target‖².</summary>
    /// <param name="rows">Which rows.</param>
    /// <param name="targets">Codes of all rows.</param>
    /// <param name="dropoutSeed">Chooses the hidden units that are left out.</param>
    public void ImitationGradient(ReadOnlyMemory<int> rows, RowCodes targets, ulong dropoutSeed) =>
        Gradient(rows.Length, PartRows, 1, dropoutSeed, 0, (part, first, count) =>
        {
            ReadOnlySpan<int> some = rows.Span.Slice(first, count);
            for (int i = 0; i < count; i++)
            {
                _inputs[some[i]].CopyTo(part.Inputs[i]);
            }

            Forward(part, count);
            for (int i = 0; i < count; i++)
            {
                TensorPrimitives.Subtract(part.Outputs.Block(i, 1), targets.Values.Block(some[i], 1), part.Errors.Block(i, 1));
            }
        });

    /// <summary>
    /// Makes the gradient of the mean over the rows of pairs of λ/(2L)·(h − a·d − b)² + α/2·‖H − target‖², the rounding
    /// in h taken as the identity, and of −γ·mean_k H(q_k), q_k the batch mean of output k.
    /// </summary>
    /// <param name="pairs">The pairs of the batch.</param>
    /// <param name="fit">a, b and the weights of the terms.</param>
    /// <param name="targets">Codes of all rows.</param>
    /// <param name="dropoutSeed">Chooses the hidden units that are left out.</param>
    public void DistanceGradient(ReadOnlyMemory<RowPair> pairs, DistanceTerm fit, RowCodes targets, ulong dropoutSeed) =>
        Gradient(pairs.Length, PartRows / 2, 2, dropoutSeed, fit.Gamma, (part, first, count) =>
        {
            ReadOnlySpan<RowPair> some = pairs.Span.Slice(first, count);
            for (int i = 0; i < count; i++)
            {
                _inputs[some[i].First].CopyTo(part.Inputs[2 * i]);
                _inputs[some[i].Second].CopyTo(part.Inputs[(2 * i) + 1]);
            }

            Forward(part, 2 * count);
            for (int i = 0; i < count; i++)
            {
                PairErrors(part, i, some[i], fit, targets);
            }
        });

    /// <summary>Bits of all rows, without dropout: pre-activation above 0.</summary>
    public RowCodes Encode()
    {
        const int BlockRows = 256;
        var bits = new RowCodes(_inputs.Rows, Bits);
        float kept = (float)(1 - _dropout);
        Parallel.For(0, (_inputs.Rows + BlockRows - 1) / BlockRows, block =>
        {
            int first = block * BlockRows, count = Math.Min(BlockRows, _inputs.Rows - first);
            var hidden = new RowMatrix(count, Hidden.Weights.Columns);
            var output = new RowMatrix(count, Bits);
            Hidden.Apply(_inputs.Block(first, count), _inputs.Stride, hidden, count);
            Activations.Hidden(hidden.Values);
            TensorPrimitives.Multiply(hidden.Values, kept, hidden.Values);

            Output.Apply(hidden.Values, hidden.Stride, output, count);
            for (int row = 0; row < count; row++)
            {
                bits.Set(first + row, output[row]);
            }
        });
        return bits;
    }

    /// <summary>The hidden units that a gradient of the same seed keeps.</summary>
    /// <param name="kept">Receives false for units left out, [rows, hidden].</param>
    /// <param name="rows">Rows of the batch; a pair has two.</param>
    /// <param name="dropoutSeed">The gradient's seed.</param>
    public void KeptUnits(Span<bool> kept, int rows, ulong dropoutSeed)
    {
        for (int i = 0, first = 0; first < rows; i++, first += PartRows)
        {
            _parts[i].Drop(_dropout, dropoutSeed + (ulong)i);
            _parts[i].Kept(kept[(first * Hidden.Weights.Columns)..], Math.Min(PartRows, rows - first));
        }
    }

    /// <summary>Goes a step down the gradient made last, to which it adds β[W + (WWᵀ − I)W].</summary>
    public void Step(double rate, double momentum, double beta)
    {
        Hidden.Step(rate, momentum, beta);
        Output.Step(rate, momentum, beta);
    }

    private void Gradient(int items, int itemsInPart, int rowsOfItem, ulong dropoutSeed, double gamma, Action<GradientPart, int, int> errors)
    {
        int parts = (items + itemsInPart - 1) / itemsInPart;
        Output.PrepareBackward();
        Parallel.For(0, parts, i =>
        {
            int first = i * itemsInPart, count = Math.Min(itemsInPart, items - first);
            _parts[i].Drop(_dropout, dropoutSeed + (ulong)i);
            errors(_parts[i], first, count);
            if (gamma == 0)
            {
                Backward(_parts[i], rowsOfItem * count);
            }
        });
        if (gamma > 0)
        {
            // How evenly a bit is used is known only when all parts have been through the network.
            int RowsOf(int part) => rowsOfItem * Math.Min(itemsInPart, items - (part * itemsInPart));
            float[] slope = BitEntropy.Slope([.. _parts.Take(parts).Select((part, i) => (part.Outputs, RowsOf(i)))], gamma);
            Parallel.For(0, parts, i =>
            {
                for (int row = 0; row < RowsOf(i); row++)
                {
                    TensorPrimitives.Add(_parts[i].Errors[row], slope, _parts[i].Errors[row]);
                }

                Backward(_parts[i], RowsOf(i));
            });
        }

        float scale = 1f / (items * rowsOfItem);
        Hidden.Collect(_hiddenGradients.AsSpan(0, parts), scale);
        Output.Collect(_outputGradients.AsSpan(0, parts), scale);
    }

    private void Forward(GradientPart part, int rows)
    {
        Hidden.Apply(part.Inputs.Values, part.Inputs.Stride, part.Activity, rows);
        Span<float> activity = part.Activity.Block(0, rows);
        Activations.Hidden(activity);
        part.Mask(rows);
        Output.Apply(part.Activity.Values, part.Activity.Stride, part.Outputs, rows);
        Activations.Sigmoid(part.Outputs.Block(0, rows));
    }

    private static void PairErrors(GradientPart part, int pair, RowPair rows, DistanceTerm fit, RowCodes targets)
    {
        Span<float> first = part.Outputs.Block(2 * pair, 1), second = part.Outputs.Block((2 * pair) + 1, 1);
        Span<float> firstError = part.Errors.Block(2 * pair, 1), secondError = part.Errors.Block((2 * pair) + 1, 1);
        ReadOnlySpan<float> firstTarget = targets.Values.Block(rows.First, 1), secondTarget = targets.Values.Block(rows.Second, 1);

        // Padding holds sigmoid(0) = ½ for both: no difference.
        Vector512<float> half = Vector512.Create(0.5f);
        int distance = 0;
        for (int i = 0; i < first.Length; i += Vector512<float>.Count)
        {
            ulong x = Vector512.GreaterThan(Vector512.Create<float>(first[i..]), half).ExtractMostSignificantBits();
            ulong y = Vector512.GreaterThan(Vector512.Create<float>(second[i..]), half).ExtractMostSignificantBits();
            distance += BitOperations.PopCount(x ^ y);
        }

        float difference = (float)fit.Lambda / part.Outputs.Columns * (distance - (float)((fit.A * rows.Distance) + fit.B));
        Vector512<float> up = Vector512.Create(difference), down = -up, alpha = Vector512.Create((float)fit.Alpha);
        for (int i = 0; i < first.Length; i += Vector512<float>.Count)
        {
            Vector512<float> x = Vector512.Create<float>(first[i..]), y = Vector512.Create<float>(second[i..]);
            Vector512<float> ofX = Vector512.ConditionalSelect(Vector512.GreaterThan(y, half), down, up);
            Vector512<float> ofY = Vector512.ConditionalSelect(Vector512.GreaterThan(x, half), down, up);
            Vector512.FusedMultiplyAdd(alpha, x - Vector512.Create(firstTarget[i..]), ofX).CopyTo(firstError[i..]);
            Vector512.FusedMultiplyAdd(alpha, y - Vector512.Create(secondTarget[i..]), ofY).CopyTo(secondError[i..]);
        }
    }

    private void Backward(GradientPart part, int rows)
    {
        part.OutputSlope(rows);
        RowMatrix.Multiply(
            part.Activity.Values, 1, part.Activity.Stride, part.Errors.Values, part.Errors.Stride,
            part.OutputGradient.Values, part.OutputGradient.Stride, part.OutputGradient.Rows, rows);
        SumRows(part.Errors, part.OutputBias, rows);

        RowMatrix back = part.HiddenErrors;
        RowMatrix.Multiply(
            part.Errors.Values, part.Errors.Stride, 1, Output.Backward.Values, Output.Backward.Stride, back.Values, back.Stride, rows, Bits);
        part.HiddenSlope(rows);
        RowMatrix.Multiply(
            part.Inputs.Values, 1, part.Inputs.Stride, back.Values, back.Stride,
            part.HiddenGradient.Values, part.HiddenGradient.Stride, part.HiddenGradient.Rows, rows);
        SumRows(back, part.HiddenBias, rows);
    }

    private static void SumRows(RowMatrix values, float[] sums, int rows)
    {
        sums.AsSpan().Clear();
        for (int row = 0; row < rows; row++)
        {
            TensorPrimitives.Add<float>(sums, values.Block(row, 1), sums);
        }
    }
}
