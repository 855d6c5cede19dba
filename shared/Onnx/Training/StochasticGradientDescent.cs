namespace Pipeline.Onnx.Training;

/// <summary>Gradient descent with momentum: v ← μv + g + λθ, θ ← θ − ηv.</summary>
public sealed record StochasticGradientDescent : Optimiser
{
    /// <summary>μ, from 0 to below 1.</summary>
    public double Momentum { get; init; } = 0.9;

    internal override string Kind => "sgd";

    internal override int Moments => 1;

    internal override IReadOnlyList<string> Factors => [];

    internal override IReadOnlyList<float> FactorsAt(long step) => [];

    internal override (string Parameters, string[] Moments) Step(
        GraphMath math, string parameters, string gradient, string? decayed, string rate, string[] moments, string[] factors)
    {
        string pull = decayed is null
            ? gradient
            : math.Add(gradient, math.Multiply(math.Scale(parameters, WeightDecay), decayed));
        string velocity = math.Add(math.Scale(moments[0], Momentum), pull);
        return (math.Subtract(parameters, math.Multiply(velocity, rate)), [velocity]);
    }

    internal override void Validate()
    {
        base.Validate();
        ArgumentOutOfRangeException.ThrowIfNegative(Momentum);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(Momentum, 1);
    }
}
