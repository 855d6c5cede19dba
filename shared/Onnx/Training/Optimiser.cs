namespace Pipeline.Onnx.Training;

/// <summary>
/// How gradients move parameters. It works on all parameters as one vector θ, with gradient g; the learning rate η is an
/// input of every step, so that a schedule needs no other graph.
/// </summary>
public abstract record Optimiser
{
    /// <summary>
    /// λ: how strongly weights are drawn to 0. Only those of two or more axes are (kernels and matrices), never biases
    /// and scales. At least 0.
    /// </summary>
    public double WeightDecay { get; init; }

    /// <summary>A gradient longer than this, over all parameters, is shortened to it; null leaves gradients as they are. Above 0.</summary>
    public double? GradientNormLimit { get; init; }

    /// <summary>What identifies the optimiser's state in a checkpoint.</summary>
    internal abstract string Kind { get; }

    /// <summary>Vectors of the parameters' length that it keeps between steps; all begin at 0.</summary>
    internal abstract int Moments { get; }

    /// <summary>Numbers that differ from step to step, as inputs.</summary>
    internal abstract IReadOnlyList<string> Factors { get; }

    /// <summary>The values of <see cref="Factors"/>.</summary>
    /// <param name="step">1 for the first step.</param>
    internal abstract IReadOnlyList<float> FactorsAt(long step);

    /// <summary>Writes a step.</summary>
    /// <param name="math">Where it is written.</param>
    /// <param name="parameters">θ.</param>
    /// <param name="gradient">g.</param>
    /// <param name="decayed">1 for each parameter that decays, 0 for the others; null where none does.</param>
    /// <param name="rate">η.</param>
    /// <param name="moments">The vectors kept.</param>
    /// <param name="factors">The values named by <see cref="Factors"/>.</param>
    /// <returns>The parameters and vectors after the step.</returns>
    internal abstract (string Parameters, string[] Moments) Step(
        GraphMath math, string parameters, string gradient, string? decayed, string rate, string[] moments, string[] factors);

    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    internal virtual void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(WeightDecay);
        if (GradientNormLimit is { } limit)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit, nameof(GradientNormLimit));
        }
    }
}
