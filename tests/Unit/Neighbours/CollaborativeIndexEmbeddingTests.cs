using System.Numerics.Tensors;
using Pipeline.Neighbours;
using Pipeline.Neighbours.Embedding;
using Xunit;

namespace Pipeline.Tests.Unit.Neighbours;

public sealed class CollaborativeIndexEmbeddingTests
{
    private const int Groups = 12;
    private const int PerGroup = 4;
    private const int Count = Groups * PerGroup;

    private static readonly MiningOptions Mining = new() { CnnNeighbours = 4, SiftNeighbours = 4, ReturnNeighbours = 6 };

    // SIFT sees the groups, the CNN sees noise.
    private static readonly float[][] Cnn = RandomRows.Dense(seed: 1, Count, dimensions: 24);
    private static readonly SparseRow[] Sift = [.. Enumerable.Range(0, Count).Select(i => Words(i / PerGroup, i))];

    [Fact]
    public void Images_that_SIFT_groups_come_together_in_the_CNN_index()
    {
        var rounds = Sweep(SameGroup).ToArray();

        Assert.True(rounds.Length >= 2);
        Assert.True(Cohesion(rounds[^1].Cnn) > 0.95, $"{Cohesion(rounds[^1].Cnn)}");
        Assert.True(Cohesion(rounds[0].Cnn) < 0.9);
        Assert.True(rounds[^1].Jaccard > rounds[0].Jaccard);
        Assert.True(rounds[^1].CnnModification > 0);
        Assert.All(rounds[^1].Cnn, row => Assert.Equal(1, TensorPrimitives.Norm<float>(row), 5));
    }

    [Fact]
    public void The_first_item_are_the_vectors_as_they_came()
    {
        var first = Sweep(SameGroup).First();

        Assert.Same(Cnn, first.Cnn);
        Assert.Same(Sift, first.Sift);
        Assert.Equal((0, 0.0, 0.0), (first.Number, first.CnnModification, first.SiftModification));
    }

    [Fact]
    public void Unverified_neighbours_pull_nothing()
    {
        var last = Sweep((_, _) => false).Last();

        Assert.Equal(0, last.CnnModification, 5);
        Assert.Equal(0, last.Jaccard);
    }

    [Fact]
    public void The_order_of_the_images_does_not_matter()
    {
        var order = Enumerable.Range(0, Count).ToArray();
        new Random(4).Shuffle(order);

        var straight = Sweep(SameGroup).Last();
        var shuffled = new CollaborativeIndexEmbedding(Mining, new EmbeddingOptions(), (a, b) => SameGroup(order[a], order[b]))
            .Sweep([.. order.Select(i => Cnn[i])], [.. order.Select(i => Sift[i])]).Last();

        Assert.Equal(straight.Number, shuffled.Number);
        for (var place = 0; place < Count; place++)
        {
            // Sums run over neighbours in another order, so the last bits may differ.
            Assert.Equal(straight.Cnn[order[place]], shuffled.Cnn[place], (a, b) => Math.Abs(a - b) < 1e-5);
        }
    }

    [Fact]
    public void The_same_input_gives_the_same_bits()
    {
        var (one, other) = (Sweep(SameGroup).Last(), Sweep(SameGroup).Last());

        Assert.Equal(one.Cnn, other.Cnn);
        Assert.Equal(one.Jaccard, other.Jaccard);
    }

    [Fact]
    public void An_embedded_vector_keeps_to_its_budget()
    {
        var options = new EmbeddingOptions { CnnEntries = 5, MaxModification = 2 };

        var last = new CollaborativeIndexEmbedding(Mining, options, SameGroup).Sweep(Cnn, Sift).Last();

        Assert.All(last.Cnn, row => Assert.True(row.Count(value => value != 0) <= 5));
        Assert.True(last.BytesPerImage <= 5 * SparseRow.EntryBytes);
    }

    [Fact]
    public void A_sweep_stops_before_it_moves_the_index_too_far()
    {
        var options = new EmbeddingOptions { MaxModification = 0.01 };

        Assert.Equal(0, new CollaborativeIndexEmbedding(Mining, options, SameGroup).Sweep(Cnn, Sift).Last().Number);
    }

    [Fact]
    public void Images_without_words_and_no_images_are_no_trouble()
    {
        Assert.Empty(new CollaborativeIndexEmbedding(Mining, new EmbeddingOptions(), SameGroup).Sweep([], []).Last().Cnn);

        var last = new CollaborativeIndexEmbedding(Mining, new EmbeddingOptions(), SameGroup)
            .Sweep(Cnn, [.. Sift.Select((row, i) => i % 2 == 0 ? SparseRow.Empty : row)]).Last();
        Assert.Equal(Count, last.Cnn.Count);
    }

    private static IEnumerable<EmbeddingIteration> Sweep(Func<int, int, bool> verified) =>
        new CollaborativeIndexEmbedding(Mining, new EmbeddingOptions(), verified).Sweep(Cnn, Sift);

    private static bool SameGroup(int a, int b) => a / PerGroup == b / PerGroup;

    private static double Cohesion(IReadOnlyList<float[]> rows) => Enumerable.Range(0, Count)
        .SelectMany(i => Enumerable.Range(0, Count).Where(j => j != i && SameGroup(i, j)).Select(j => (double)TensorPrimitives.Dot<float>(rows[i], rows[j])))
        .Average();

    private static SparseRow Words(int group, int image)
    {
        var words = new float[400];
        var (shared, own) = (new Random(group), new Random(1000 + image));
        for (var i = 0; i < 20; i++)
        {
            words[shared.Next(words.Length)] = 1;
        }

        for (var i = 0; i < 8; i++)
        {
            words[own.Next(words.Length)] = 1;
        }

        var length = MathF.Sqrt(words.Sum());
        return SparseRow.FromDense([.. words.Select(value => value / length)]);
    }
}
