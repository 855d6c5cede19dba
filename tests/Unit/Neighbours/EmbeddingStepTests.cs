using Pipeline.Neighbours;
using Pipeline.Neighbours.Embedding;
using Xunit;

namespace Pipeline.Tests.Unit.Neighbours;

public sealed class EmbeddingStepTests
{
    [Fact]
    public void A_vector_is_pulled_towards_its_neighbours_and_has_length_1()
    {
        var pulled = EmbeddingStep.Dense([1, 0, 0], [[0, 1, 0], [0, 1, 0]], strength: 0.5f, entries: 3);

        Assert.Equal([MathF.Sqrt(0.5f), MathF.Sqrt(0.5f), 0], pulled, (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Only_the_largest_entries_stay_of_equal_ones_the_first() =>
        Assert.Equal([0, 0.6f, 0, -0.8f, 0], EmbeddingStep.Dense([2, 3, -1, -4, 3], [], strength: 1, entries: 2), (a, b) => Math.Abs(a - b) < 1e-6);

    [Fact]
    public void Without_neighbours_a_unit_vector_stays_as_it_is()
    {
        var own = RandomRows.Dense(seed: 2, count: 1, dimensions: 50)[0];

        Assert.Equal(own, EmbeddingStep.Dense(own, [], strength: 3, entries: 50), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void What_cancels_out_leaves_nothing()
    {
        Assert.Equal([0, 0], EmbeddingStep.Dense([1, 0], [[-1, 0]], strength: 1, entries: 2));
        Assert.Equal(0, EmbeddingStep.Sparse(new SparseRow([7], [1]), [new SparseRow([7], [-1])], strength: 1, entries: 2).Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(60)]
    public void Sparse_and_dense_agree(int entries)
    {
        var rows = RandomRows.Dense(seed: 9, count: 5, dimensions: 60);
        foreach (var row in rows)
        {
            Array.Clear(row, 10, 20);
        }

        var dense = EmbeddingStep.Dense(rows[0], rows[1..], strength: 0.7f, entries);
        var sparse = EmbeddingStep.Sparse(SparseRow.FromDense(rows[0]), [.. rows[1..].Select(row => SparseRow.FromDense(row))], strength: 0.7f, entries);

        var expected = SparseRow.FromDense(dense);
        Assert.Equal(expected.Indices, sparse.Indices);
        Assert.Equal(expected.Values, sparse.Values, (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.True(sparse.Count <= entries);
    }
}
