namespace Pipeline.Learning.Losses;

/// <summary>
/// The squared maximum mean discrepancy between the features under training and the teacher's on the same images:
/// mean k(f, f') + mean k(g, g') − 2 mean k(f, g), k the mean of Gaussian kernels of several widths (Gretton et al., 2012).
/// </summary>
internal static class MeanDiscrepancy
{
    /// <summary>Widths of the kernels: distances between vectors of length 1 are at most 2.</summary>
    private static readonly double[] Widths = [0.25, 0.5, 1, 2];

    public static string Build(LossInputs x)
    {
        string within = x.Math.Add(Kernel(x, x.Features, x.Features), Kernel(x, x.Teacher, x.Teacher));
        return x.Math.Subtract(within, x.Math.Scale(Kernel(x, x.Features, x.Teacher), 2));
    }

    private static string Kernel(LossInputs x, string a, string b)
    {
        string distances = x.Math.SquaredDistances(a, b);
        return x.Math.WeightedSum([.. Widths.Select(width => (1.0 / Widths.Length, x.Math.Mean(x.Math.GaussianKernel(distances, width))))]);
    }
}
