namespace Pipeline.Onnx.Training;

/// <summary>A tensor that training moves.</summary>
/// <param name="Name">Its value's name in the training graph.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Initial">What it begins as, row-major.</param>
public sealed record TrainingParameter(string Name, IReadOnlyList<long> Shape, ReadOnlyMemory<float> Initial)
{
    /// <summary>How many numbers it holds.</summary>
    public int Length => Initial.Length;
}
