namespace Pipeline.Onnx.Training;

/// <summary>What is known of a value's shape before anything runs.</summary>
/// <param name="Sizes">Each axis's size, −1 where it is free.</param>
/// <param name="Names">The free axes' names; empty where an axis has none. Axes of one name have one size.</param>
internal sealed record ValueShape(int[] Sizes, string[] Names)
{
    public int Rank => Sizes.Length;

    public bool Known => Sizes.All(size => size >= 0);

    /// <summary>An axis from the front, or from the back where negative.</summary>
    public int Axis(long axis) => (int)(axis < 0 ? axis + Rank : axis);
}
