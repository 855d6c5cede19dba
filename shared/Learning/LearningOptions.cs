using System.ComponentModel.DataAnnotations;

namespace Pipeline.Learning;

/// <summary>How a head learns. Section <see cref="SectionName"/>; one set of defaults for every collection.</summary>
/// <remarks>
/// The loss is the weighted sum of its terms; a weight of 0 leaves a term out of the graph. Similarity and fidelity are the published
/// pair loss (complementary supervision mining); the rest keeps apart what nothing says belongs together, and keeps what was learned.
/// </remarks>
public sealed class LearningOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "ModelUpdating:Learning";

    /// <summary>α: weight of ‖f₁ − f₂‖² of a pair. Default 0.5.</summary>
    [Range(0.0, 1000.0)]
    public double Similarity { get; set; } = 0.5;

    /// <summary>
    /// Weight of ‖f − f~‖² to the present model's feature of the same image. Default 2: what it costs in learning once is less than what it
    /// saves where learning goes on in portions.
    /// </summary>
    [Range(0.0, 1000.0)]
    public double Fidelity { get; set; } = 2;

    /// <summary>
    /// Weight of the contrast between a pair and images of other things. Not published for this method: without it, pairs that are drawn
    /// together draw everything together. Default 1.
    /// </summary>
    [Range(0.0, 1000.0)]
    public double Contrast { get; set; } = 1;

    /// <summary>τ: the temperature of the contrast; the smaller, the more the nearest strangers count. Default 0.1.</summary>
    [Range(0.01, 10.0)]
    public double ContrastTemperature { get; set; } = 0.1;

    /// <summary>Weight of the distillation of correlations within a batch. Default 0.</summary>
    [Range(0.0, 1000.0)]
    public double Correlation { get; set; }

    /// <summary>
    /// Weight of the distillation of correlations from models before the present one, whose features are estimated; the k-th before it
    /// counts 2⁻ᵏ. Default 0.
    /// </summary>
    [Range(0.0, 1000.0)]
    public double Estimation { get; set; }

    /// <summary>T of the distillation of correlations. Default 4, the published one.</summary>
    [Range(0.1, 100.0)]
    public double CorrelationTemperature { get; set; } = 4;

    /// <summary>Weight of the maximum mean discrepancy between the present and the new features. Default 0.</summary>
    [Range(0.0, 1000.0)]
    public double Discrepancy { get; set; }

    /// <summary>
    /// Weight of knowledge distillation on the outputs of the present model's classifier, whose classes are those that are remembered, otherwise
    /// the subjects of the evidence. Default 0.
    /// </summary>
    [Range(0.0, 1000.0)]
    public double Distillation { get; set; }

    /// <summary>T of knowledge distillation. Default 2.</summary>
    [Range(0.1, 100.0)]
    public double DistillationTemperature { get; set; } = 2;

    /// <summary>
    /// Weight of ‖f − f_s‖² to the second teacher's feature of the same image: a copy of the present head that learned the same evidence first,
    /// freely, by similarity and contrast alone. Default 0; above it, an update has a phase more.
    /// </summary>
    [Range(0.0, 1000.0)]
    public double Specialist { get; set; }

    /// <summary>
    /// Weight of ‖f − f~‖² to the present head's feature of a synthesised input. Above 0, an update learns from the evidence that is new, and takes inputs
    /// that are synthesised from the present head's normalisations in place of the images that it learned from; <see cref="Fidelity"/> is
    /// then of real images alone. Default 0.
    /// </summary>
    [Range(0.0, 1000.0)]
    public double Rehearsal { get; set; }

    /// <summary>Images in a batch, and so the strangers that a pair is told from. Default 64.</summary>
    [Range(4, 4096)]
    public int BatchImages { get; set; } = 64;

    /// <summary>Images that a batch takes for every image it begins with: that one and some that show the same. Default 5, the published one.</summary>
    [Range(2, 64)]
    public int ImagesPerSubject { get; set; } = 5;

    /// <summary>How often every image is visited, within the bounds of steps. Default 30.</summary>
    [Range(1, 10_000)]
    public int Epochs { get; set; } = 30;

    /// <summary>Fewest steps, for small collections. Default 120.</summary>
    [Range(1, 100_000)]
    public int MinSteps { get; set; } = 120;

    /// <summary>Most steps, for big collections. Default 3000.</summary>
    [Range(1, 1_000_000)]
    public int MaxSteps { get; set; } = 3000;

    /// <summary>Adam's rate at the first step; it falls to 0 along half a cosine. Default 0.001.</summary>
    [Range(1e-7, 1.0)]
    public double Rate { get; set; } = 1e-3;

    /// <summary>A gradient longer than this is shortened. Default 10.</summary>
    [Range(1e-6, 1e6)]
    public double GradientNormLimit { get; set; } = 10;

    /// <summary>The same settings, to change some of them.</summary>
    public LearningOptions Copy() => (LearningOptions)MemberwiseClone();

    /// <summary>The same settings without any term that keeps: those of a specialist.</summary>
    internal LearningOptions Free()
    {
        var free = Copy();
        (free.Fidelity, free.Correlation, free.Estimation, free.Discrepancy, free.Distillation) = (0, 0, 0, 0, 0);
        (free.Specialist, free.Rehearsal) = (0, 0);
        return free;
    }
}
