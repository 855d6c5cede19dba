using Pipeline.Hashing;
using Pipeline.Hashing.Learning;
using Xunit;

namespace Pipeline.Tests.Unit.Hashing.Learning;

public sealed class RowMatrixTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(7, 5, 40)]
    [InlineData(700, 33, 16)]
    [InlineData(515, 64, 70)]
    public void Products_are_those_of_the_definition(int rows, int depth, int columns)
    {
        RowMatrix left = Random(rows, depth), right = Random(depth, columns), other = Random(rows, columns);
        RowMatrix product = left.Times(right);
        double[] transposed = left.TransposeTimes(other);
        for (int i = 0; i < rows; i += 13)
        {
            for (int j = 0; j < columns; j += 3)
            {
                Assert.Equal(Enumerable.Range(0, depth).Sum(k => (double)left[i][k] * right[k][j]), product[i][j], 1e-4);
            }
        }

        for (int i = 0; i < depth; i += 3)
        {
            for (int j = 0; j < columns; j += 5)
            {
                Assert.Equal(Enumerable.Range(0, rows).Sum(k => (double)left[k][i] * other[k][j]), transposed[(i * columns) + j], 1e-3);
            }
        }
    }

    [Fact]
    public void Products_out_of_bounds_are_refused()
    {
        var values = new float[32];
        Assert.Throws<ArgumentOutOfRangeException>(() => RowMatrix.Multiply(values, 16, 1, values, 16, new float[32], 16, 2, 17));
        Assert.Throws<ArgumentOutOfRangeException>(() => RowMatrix.Multiply(values, 16, 1, values, 16, new float[16], 16, 2, 2));
    }

    [Fact]
    public void The_nearest_rows_are_those_of_least_distance()
    {
        RowMatrix rows = Random(250, 9);
        int[][] nearest = NearestRows.Of(rows, [3, 249], 10);
        foreach ((int query, int[] found) in new[] { (3, nearest[0]), (249, nearest[1]) })
        {
            int[] expected = [.. Enumerable.Range(0, 250).Where(row => row != query)
                .OrderBy(row => Enumerable.Range(0, 9).Sum(d => Math.Pow(rows[row][d] - rows[query][d], 2))).Take(10).Order()];
            Assert.Equal(expected, found);
        }
    }

    private static RowMatrix Random(int rows, int columns)
    {
        var random = new SplitMix64((ulong)((rows * 1000) + columns));
        var matrix = new RowMatrix(rows, columns);
        for (int row = 0; row < rows; row++)
        {
            foreach (ref float value in matrix[row])
            {
                value = (float)random.NextGaussian();
            }
        }

        return matrix;
    }
}
