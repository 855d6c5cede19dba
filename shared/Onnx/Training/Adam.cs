namespace Pipeline.Onnx.Training;

/// <summary>
/// Adam (Kingma and Ba, 2015) with decoupled weight decay (Loshchilov and Hutter, 2019): m ← β₁m + (1 − β₁)g,
/// v ← β₂v + (1 − β₂)g², θ ← θ − η(m̂/(√v̂ + ε) + λθ) with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ) at step t.
/// </summary>
public sealed record Adam : Optimiser
{
    /// <summary>β₁, from 0 to below 1.</summary>
    public double FirstDecay { get; init; } = 0.9;

    /// <summary>β₂, from 0 to below 1.</summary>
    public double SecondDecay { get; init; } = 0.999;

    /// <summary>ε, above 0.</summary>
    public double Epsilon { get; init; } = 1e-8;

    internal override string Kind => "adam";

    internal override int Moments => 2;

    internal override IReadOnlyList<string> Factors => ["first_correction", "second_correction"];

    internal override IReadOnlyList<float> FactorsAt(long step) =>
        [(float)(1 / (1 - Math.Pow(FirstDecay, step))), (float)(1 / (1 - Math.Pow(SecondDecay, step)))];

    internal override (string Parameters, string[] Moments) Step(
        GraphMath math, string parameters, string gradient, string? decayed, string rate, string[] moments, string[] factors)
    {
        string first = math.Add(math.Scale(moments[0], FirstDecay), math.Scale(gradient, 1 - FirstDecay));
        string second = math.Add(math.Scale(moments[1], SecondDecay), math.Scale(math.Square(gradient), 1 - SecondDecay));
        string spread = math.Offset(math.Sqrt(math.Multiply(second, factors[1])), Epsilon);
        string direction = math.Divide(math.Multiply(first, factors[0]), spread);
        if (decayed is not null)
        {
            direction = math.Add(direction, math.Multiply(math.Scale(parameters, WeightDecay), decayed));
        }

        return (math.Subtract(parameters, math.Multiply(direction, rate)), [first, second]);
    }

    internal override void Validate()
    {
        base.Validate();
        foreach (double decay in (double[])[FirstDecay, SecondDecay])
        {
            ArgumentOutOfRangeException.ThrowIfNegative(decay);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(decay, 1);
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Epsilon);
    }
}
