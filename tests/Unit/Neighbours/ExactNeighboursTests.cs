using System.Numerics.Tensors;
using Pipeline.Neighbours;
using Pipeline.Neighbours.Graph;
using Xunit;

namespace Pipeline.Tests.Unit.Neighbours;

public sealed class ExactNeighboursTests
{
    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(2, 5, false)]
    [InlineData(40, 7, true)]
    [InlineData(60, 100, true)]
    public void Dense_lists_are_those_of_a_full_sort_ties_by_row(int count, int k, bool coarse)
    {
        var rows = RandomRows.Dense(seed: count, count, dimensions: 6, coarse);

        var lists = ExactNeighbours.OfDense(rows, k);

        for (var i = 0; i < count; i++)
        {
            Assert.Equal(
                Enumerable.Range(0, count).Where(j => j != i)
                    .OrderByDescending(j => TensorPrimitives.Dot<float>(rows[i], rows[j])).ThenBy(j => j).Take(k),
                lists[i]);
        }
    }

    [Theory]
    [InlineData(30, 4, false)]
    [InlineData(50, 9, true)]
    public void Sparse_lists_are_too_and_leave_out_rows_that_share_nothing(int count, int k, bool coarse)
    {
        var rows = RandomRows.Sparse(seed: count, count, dimensions: 90, entries: 3, coarse);

        var lists = ExactNeighbours.OfSparse(rows, k);

        Assert.Contains(lists, list => list.Length < k);
        for (var i = 0; i < count; i++)
        {
            Assert.Equal(
                Enumerable.Range(0, count).Where(j => j != i && RandomRows.Dot(rows[i], rows[j]) != 0)
                    .OrderByDescending(j => RandomRows.Dot(rows[i], rows[j])).ThenBy(j => j).Take(k),
                lists[i]);
        }
    }

    [Fact]
    public void Nothing_has_no_neighbours_and_empty_rows_have_none()
    {
        Assert.Empty(ExactNeighbours.OfDense([], 3));
        Assert.All(ExactNeighbours.OfSparse([SparseRow.Empty, SparseRow.Empty], 3), Assert.Empty);
    }
}
