using System.Runtime.Intrinsics;

namespace Pipeline.VectorIndex.Kernels;

/// <summary>The last steps of <see cref="DotScalar"/>'s folding, shared by the vector kernels.</summary>
internal static class Fold
{
    /// <summary>Folds 8 lanes to 4, 2 and 1; the library's own sum does not fix its order.</summary>
    public static float Sum(Vector256<float> lanes)
    {
        var four = lanes.GetLower() + lanes.GetUpper();
        return (four.GetElement(0) + four.GetElement(2)) + (four.GetElement(1) + four.GetElement(3));
    }
}
