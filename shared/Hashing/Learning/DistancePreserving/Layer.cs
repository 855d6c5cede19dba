using System.Numerics.Tensors;

namespace Pipeline.Hashing.Learning;

/// <summary>A fully connected layer, its gradient, and its momentum.</summary>
internal sealed class Layer
{
    private readonly RowMatrix _velocity;
    private readonly float[] _biasVelocity;
    private readonly RowMatrix _square;
    private readonly RowMatrix _pull;

    public Layer(int inputs, int outputs, SplitMix64 random)
    {
        Weights = new RowMatrix(inputs, outputs);
        Gradient = new RowMatrix(inputs, outputs);
        Backward = new RowMatrix(outputs, inputs);
        Biases = new float[Weights.Stride];
        BiasGradient = new float[Weights.Stride];
        _velocity = new RowMatrix(inputs, outputs);
        _biasVelocity = new float[Weights.Stride];
        _square = new RowMatrix(inputs, inputs);
        _pull = new RowMatrix(inputs, outputs);
        double range = 4 * Math.Sqrt(6.0 / (inputs + outputs));
        for (int input = 0; input < inputs; input++)
        {
            foreach (ref float weight in Weights[input])
            {
                weight = (float)(((2 * random.Uniform()) - 1) * range);
            }
        }
    }

    /// <summary>[inputs, outputs].</summary>
    public RowMatrix Weights { get; }

    /// <summary>One for each output, padded.</summary>
    public float[] Biases { get; }

    /// <summary>The gradient made last [inputs, outputs].</summary>
    public RowMatrix Gradient { get; }

    /// <summary>The biases' gradient made last, padded.</summary>
    public float[] BiasGradient { get; }

    /// <summary>The weights transposed, as of the last <see cref="PrepareBackward"/>.</summary>
    public RowMatrix Backward { get; }

    public void PrepareBackward() => Weights.TransposeInto(Backward);

    /// <summary>Pre-activations of rows.</summary>
    public void Apply(ReadOnlySpan<float> inputs, int inputStride, RowMatrix outputs, int rows)
    {
        RowMatrix.Multiply(inputs, inputStride, 1, Weights.Values, Weights.Stride, outputs.Values, outputs.Stride, rows, Weights.Rows);
        for (int row = 0; row < rows; row++)
        {
            Span<float> values = outputs.Block(row, 1);
            TensorPrimitives.Add(values, Biases, values);
        }
    }

    /// <summary>Sums the parts' gradients in their order, times a factor.</summary>
    public void Collect(ReadOnlySpan<(RowMatrix Weights, float[] Biases)> parts, float factor)
    {
        parts[0].Weights.Values.CopyTo(Gradient.Values);
        parts[0].Biases.CopyTo(BiasGradient.AsSpan());
        foreach ((RowMatrix weights, float[] biases) in parts[1..])
        {
            TensorPrimitives.Add(Gradient.Values, weights.Values, Gradient.Values);
            TensorPrimitives.Add<float>(BiasGradient, biases, BiasGradient);
        }

        TensorPrimitives.Multiply(Gradient.Values, factor, Gradient.Values);
        TensorPrimitives.Multiply<float>(BiasGradient, factor, BiasGradient);
    }

    /// <summary>Adds β[W + (WWᵀ − I)W] = β·W·WᵀW, biases excluded, to the gradient and goes a step down it with momentum.</summary>
    public void Step(double rate, double momentum, double beta)
    {
        if (beta > 0)
        {
            // W + (WWᵀ − I)W is (WWᵀ)W.
            PrepareBackward();
            RowMatrix transposed = Backward, square = _square;
            RowMatrix.Multiply(
                Weights.Values, Weights.Stride, 1, transposed.Values, transposed.Stride, square.Values, square.Stride, Weights.Rows, Weights.Columns);
            RowMatrix.Multiply(
                square.Values, square.Stride, 1, Weights.Values, Weights.Stride, _pull.Values, _pull.Stride, Weights.Rows, Weights.Rows);
            TensorPrimitives.MultiplyAdd(_pull.Values, (float)beta, Gradient.Values, Gradient.Values);
        }

        Move(Weights.Values, _velocity.Values, Gradient.Values, (float)rate, (float)momentum);
        Move(Biases, _biasVelocity, BiasGradient, (float)rate, (float)momentum);
    }

    /// <summary>Forgets the momentum.</summary>
    public void Rest()
    {
        _velocity.Values.Clear();
        _biasVelocity.AsSpan().Clear();
    }

    private static void Move(Span<float> values, Span<float> velocity, ReadOnlySpan<float> gradient, float rate, float momentum)
    {
        TensorPrimitives.Multiply(velocity, momentum, velocity);
        for (int i = 0; i < values.Length; i++)
        {
            velocity[i] -= rate * gradient[i];
            values[i] += velocity[i];
        }
    }
}
