namespace Pipeline.Learning.Losses;

/// <summary>
/// Keeps how the images of a batch resemble each other: (T²/B)·Σ_rows KL(softmax(G/T) ‖ softmax(S/T)), S = FFᵀ of the features under training
/// and G that of the teacher's (Chen et al., feature estimations based correlation distillation, 2022).
/// </summary>
internal static class CorrelationDistillation
{
    public static string Build(LossInputs x, double temperature) => Build(x, x.Teacher, temperature);

    /// <summary>Against any teacher's rows, such as estimated ones of an older model.</summary>
    public static string Build(LossInputs x, string teacher, double temperature)
    {
        string student = x.Math.LogSoftmax(Correlations(x, x.Features, temperature));
        string target = x.Math.LogSoftmax(Correlations(x, teacher, temperature));
        string divergence = x.Math.Sum(x.Math.Multiply(x.Math.Exp(target), x.Math.Subtract(target, student)), keep: false, axes: 1);
        return x.Math.Scale(x.Math.Mean(divergence), temperature * temperature);
    }

    private static string Correlations(LossInputs x, string rows, double temperature) =>
        x.Math.Scale(x.Math.Gemm(rows, rows, transposeB: true), 1 / temperature);
}
