using Pipeline.Onnx.Training;

namespace Pipeline.Learning.Losses;

/// <summary>The values of a batch of B images that terms of the loss are written with.</summary>
/// <param name="Math">Where they are written.</param>
/// <param name="Features">f: what the head under training gives, rows of length 1, [B, D].</param>
/// <param name="Teacher">f~: what the present model gives, rows of length 1, [B, D].</param>
/// <param name="Positive">1 where two images are a pair, else 0; symmetric with an empty diagonal, [B, B].</param>
/// <param name="Negative">1 where nothing says that two images show the same, else 0; symmetric with an empty diagonal, [B, B].</param>
/// <param name="Prototypes">What is remembered of classes learned before, rows of length 1, [K, D]; null if nothing is.</param>
internal sealed record LossInputs(GraphMath Math, string Features, string Teacher, string Positive, string Negative, string? Prototypes = null)
{
    /// <summary>The mean of a [B, B] over the pairs; 0 where a batch has none.</summary>
    public string MeanOverPairs(string values) =>
        Math.Divide(Math.Sum(Math.Multiply(Positive, values)), AtLeastOne(Math.Sum(Positive)));

    /// <summary>A count as a divisor.</summary>
    public string AtLeastOne(string count) => Math.Clip(count, 1, float.MaxValue);
}
