namespace Pipeline.Learning.Losses;

/// <summary>
/// Keeps what the present model's classifier says of new images: −Σ softmax(z_old/T)·ln softmax(z_new/T), meaned over the batch and times T²
/// (Hinton et al., 2015). The classifier is the prototypes of the classes learned so far, z the scaled cosines with them: what a class looked
/// like is kept, none of its images.
/// </summary>
internal static class KnowledgeDistillation
{
    /// <summary>What cosines are multiplied by to be logits.</summary>
    private const double Scale = 16;

    public static string Build(LossInputs x, double temperature)
    {
        string prototypes = x.Prototypes ?? throw new ArgumentException("There are no classes to distil knowledge of.", nameof(x));
        string before = x.Math.Softmax(Logits(x, x.Teacher, prototypes, temperature));
        string now = x.Math.LogSoftmax(Logits(x, x.Features, prototypes, temperature));
        string entropy = x.Math.Negate(x.Math.Sum(x.Math.Multiply(before, now), keep: false, axes: 1));
        return x.Math.Scale(x.Math.Mean(entropy), temperature * temperature);
    }

    private static string Logits(LossInputs x, string rows, string prototypes, double temperature) =>
        x.Math.Scale(x.Math.Gemm(rows, prototypes, transposeB: true), Scale / temperature);
}
