namespace Pipeline.Learning.Losses;

/// <summary>
/// Tells a pair from strangers: the mean over pairs (i, j), both ways, of −ln(e^(s_ij/τ) / (e^(s_ij/τ) + Σ_k e^(s_ik/τ))), s the cosine and k the
/// images of the batch that nothing connects with i (InfoNCE: van den Oord et al., 2018). Images that evidence connects, however far around,
/// are no strangers.
/// </summary>
internal static class ContrastLoss
{
    public static string Build(LossInputs x, double temperature)
    {
        // Less 1 in the exponent: a cosine is at most 1, so nothing overflows.
        string logits = x.Math.Offset(x.Math.Scale(x.Math.Gemm(x.Features, x.Features, transposeB: true), 1 / temperature), -1 / temperature);
        string similarities = x.Math.Exp(logits);
        string strangers = x.Math.Sum(x.Math.Multiply(x.Negative, similarities), keep: true, axes: 1);
        return x.MeanOverPairs(x.Math.Subtract(x.Math.Log(x.Math.Add(similarities, strangers)), logits));
    }
}
