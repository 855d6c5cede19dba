using Pipeline.Onnx.Graphs;
using Xunit;

namespace Pipeline.Tests.Unit.Onnx.Training;

public sealed class ProductGradientTests
{
    [Theory]
    [InlineData(false, false, true)]
    [InlineData(true, false, true)]
    [InlineData(false, true, false)]
    [InlineData(true, true, false)]
    public void Gemm_with_either_operand_transposed(bool transposeA, bool transposeB, bool known)
    {
        new GradientCheck { Fixed = _ => known }.Run(
            (math, p) => math.Graph.Node(
                "Gemm", null, p, OnnxAttribute.Of("alpha", 0.5f), OnnxAttribute.Of("beta", 1.5f),
                OnnxAttribute.Of("transA", transposeA ? 1L : 0), OnnxAttribute.Of("transB", transposeB ? 1L : 0)),
            seed: 1, transposeA ? [3, 2] : [2, 3], transposeB ? [4, 3] : [3, 4], [4]);
    }

    [Theory]
    [InlineData(new long[] { 2, 3 }, new long[] { 3, 4 }, true)]
    [InlineData(new long[] { 5, 2, 3 }, new long[] { 3, 4 }, true)]
    [InlineData(new long[] { 5, 2, 3 }, new long[] { 5, 3, 4 }, true)]
    [InlineData(new long[] { 2, 3 }, new long[] { 5, 3, 4 }, true)]
    [InlineData(new long[] { 6, 1, 2, 3 }, new long[] { 5, 3, 4 }, true)]
    [InlineData(new long[] { 5, 2, 3 }, new long[] { 3, 4 }, false)]
    [InlineData(new long[] { 1, 2, 3 }, new long[] { 5, 3, 4 }, false)]
    public void Matrix_products_of_any_number_of_axes(long[] a, long[] b, bool known) =>
        new GradientCheck { Fixed = _ => known }.Run((math, p) => math.MatrixProduct(p[0], p[1]), seed: 2, a, b);

    [Theory]
    [InlineData(false, new long[] { })]
    [InlineData(true, new long[] { })]
    [InlineData(false, new long[] { 1 })]
    [InlineData(true, new long[] { -1, 0 })]
    [InlineData(false, new long[] { 2, -3 })]
    public void Sums_and_means_over_axes(bool keep, long[] axes)
    {
        new GradientCheck().Run((math, p) => math.Sum(p[0], keep, axes), seed: 3, [2, 3, 4]);
        new GradientCheck { Fixed = _ => false }.Run((math, p) => math.Mean(p[0], keep, axes), seed: 4, [2, 3, 4]);
    }

    [Fact]
    public void Rows_of_length_one() => new GradientCheck().Run((math, p) => math.NormaliseRows(p[0]), seed: 5, [3, 4]);

    [Fact]
    public void Distances_of_all_rows_and_kernels_of_them() =>
        new GradientCheck().Run((math, p) => math.GaussianKernel(math.SquaredDistances(p[0], p[1]), 0.8), seed: 6, [3, 4], [5, 4]);

    [Fact]
    public void Distances_of_rows_of_the_same_number() =>
        new GradientCheck().Run((math, p) => math.RowDistances(p[0], p[1]), seed: 7, [3, 4], [3, 4]);
}
