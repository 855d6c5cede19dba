using Pipeline.Onnx.Training;

namespace Pipeline.Learning.Losses;

/// <summary>The values of a batch of B images that terms of the loss are written with.</summary>
/// <param name="Math">Where they are written.</param>
/// <param name="Features">f: what the head under training gives, rows of length 1, [B, D].</param>
/// <param name="Teacher">f~: what the present model gives, rows of length 1, [B, D].</param>
/// <param name="Positive">1 where two images are a pair, else 0; symmetric with an empty diagonal, [B, B].</param>
/// <param name="Negative">1 where nothing says that two images show the same, else 0; symmetric with an empty diagonal, [B, B].</param>
/// <param name="Prototypes">What is remembered of classes learned before, rows of length 1, [K, D]; null if nothing is.</param>
/// <param name="Specialist">What a second teacher gives, rows of length 1, [B, D]; null without one.</param>
/// <param name="Synthesised">1 where an input is synthesised, 0 where it is an image's, [B, 1]; null where all are.</param>
internal sealed record LossInputs(
    GraphMath Math,
    string Features,
    string Teacher,
    string Positive,
    string Negative,
    string? Prototypes = null,
    string? Specialist = null,
    string? Synthesised = null)
{
    /// <summary>1 where an input is an image's, [B, 1]; only where some are not.</summary>
    public string Real => Math.Offset(Math.Negate(Synthesised ?? throw new InvalidOperationException("All inputs are images'.")), 1);

    /// <summary>The mean of a [B, 1] over the rows that a mask [B, 1] names; 0 where it names none.</summary>
    public string MeanOverRows(string values, string mask) =>
        Math.Divide(Math.Sum(Math.Multiply(mask, values)), AtLeastOne(Math.Sum(mask)));

    /// <summary>The mean of a [B, B] over the pairs; 0 where a batch has none.</summary>
    public string MeanOverPairs(string values) =>
        Math.Divide(Math.Sum(Math.Multiply(Positive, values)), AtLeastOne(Math.Sum(Positive)));

    /// <summary>A count as a divisor.</summary>
    public string AtLeastOne(string count) => Math.Clip(count, 1, float.MaxValue);
}
