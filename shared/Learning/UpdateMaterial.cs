using Pipeline.Learning.Evidence;
using Pipeline.Learning.Losses;

namespace Pipeline.Learning;

/// <summary>What an update is made from.</summary>
/// <param name="Head">The present head, a serialised ONNX model.</param>
/// <param name="Images">The images.</param>
/// <param name="Evidence">What belongs together among them.</param>
/// <param name="Seed">What is kept back, what batches are drawn, and where a synthesis begins.</param>
public sealed record UpdateMaterial(ReadOnlyMemory<byte> Head, LearningImages Images, EvidenceGraph Evidence, int Seed)
{
    /// <summary>The drift of each update before, the latest first; for the estimation of earlier models only.</summary>
    public IReadOnlyList<FeatureDrift> Earlier { get; init; } = [];

    /// <summary>
    /// What is remembered of classes that were learned before and are not among the images: the mean feature of each under the present head, rows of
    /// length 1. For knowledge distillation and rehearsal only.
    /// </summary>
    public IReadOnlyList<float[]> Remembered { get; init; } = [];
}
