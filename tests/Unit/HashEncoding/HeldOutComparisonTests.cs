using Pipeline.Evaluation;
using Pipeline.Hashing;
using Pipeline.Hashing.Learning;
using Pipeline.HashEncoding.Training;
using Pipeline.Tests.Unit.Onnx;
using Xunit;

namespace Pipeline.Tests.Unit.HashEncoding;

public sealed class HeldOutComparisonTests
{
    private const int Dimensions = 12;
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public void The_figure_is_the_tie_aware_precision_of_the_whole_ranking_by_Hamming_distance()
    {
        var rows = Rows(700, seed: 1);
        var features = TrainingFeatures.Split(rows, Dimensions, maxHeldOut: 40, seed: 5);
        Assert.Equal((660, 40), (features.Gallery.Count, features.Queries.Count));
        using var encoder = new HashEncoder(new RandomHyperplanes(Dimensions, 16, 3).BuildModel(), OnnxFixture.Sessions);

        var map = HeldOutComparison.Prepare(features, None).Measure(encoder, None);

        Assert.Equal(ByTheBook(features, encoder), map, 12);
    }

    [Fact]
    public void With_labels_rows_of_the_same_label_are_right_answers_besides_the_nearest()
    {
        var features = TrainingFeatures.Split(Rows(300, seed: 4), Dimensions, maxHeldOut: 30, seed: 5);
        int?[] gallery = [.. Enumerable.Range(0, 270).Select(row => row % 3 == 0 ? (int?)null : row % 7)];
        int?[] queries = [.. Enumerable.Range(0, 30).Select(row => row % 4 == 0 ? (int?)null : row % 8)];
        features = features with { Labels = new TrainingLabels(gallery, queries) };
        using var encoder = new HashEncoder(new RandomHyperplanes(Dimensions, 16, 3).BuildModel(), OnnxFixture.Sessions);

        Assert.Equal(ByTheBook(features, encoder), HeldOutComparison.Prepare(features, None).Measure(encoder, None), 12);
    }

    [Fact]
    public void Labels_count_if_enough_rows_have_one_and_no_label_is_that_of_most()
    {
        string?[] labels = ["b", null, "a", "b", "a", null];

        var labelled = TrainingLabels.Of(labels, heldOut: 2, minLabelled: 0.6)!;
        Assert.Equal([0, null], labelled.Queries);
        Assert.Equal([1, 0, 1, null], labelled.Gallery);
        Assert.Null(TrainingLabels.Of(labels, 2, minLabelled: 0.7));
        Assert.Null(TrainingLabels.Of(["b", "b", "b", "a"], 1, 0.5));
        Assert.Null(TrainingLabels.Of([null, null], 1, 0.01));
    }

    [Fact]
    public void Labels_are_split_as_the_rows_are()
    {
        var rows = Rows(100, 3);
        var of = rows.ToDictionary(row => row[0], row => $"label of {row[0]}");
        string?[] labels = [.. rows.Select(row => of[row[0]])];

        var features = TrainingFeatures.Split(rows, Dimensions, 15, 7, labels);

        Assert.Equal(labels, Enumerable.Range(0, 15).Select(row => features.Queries[row][0]).Concat(Enumerable.Range(0, 85).Select(row => features.Gallery[row][0])).Select(first => of[first]));
    }

    [Fact]
    public void Codes_that_say_nothing_find_what_chance_finds()
    {
        var features = TrainingFeatures.Split(Rows(700, seed: 2), Dimensions, 40, 5);
        using var blind = new HashEncoder(LearnerOf.Blind("blind").Train(features.Gallery, 16, 0).BuildModel(), OnnxFixture.Sessions);
        using var planes = new HashEncoder(new RandomHyperplanes(Dimensions, 64, 3).BuildModel(), OnnxFixture.Sessions);
        var comparison = HeldOutComparison.Prepare(features, None);

        Assert.InRange(comparison.Measure(blind, None), 0.005, 0.03);
        Assert.InRange(comparison.Measure(planes, None), 0.1, 1);
    }

    [Fact]
    public void The_split_depends_on_the_seed_alone_and_holds_out_a_fifth_at_most()
    {
        var split = TrainingFeatures.Split(Rows(100, 3), Dimensions, 1000, 7);
        var same = TrainingFeatures.Split(Rows(100, 3), Dimensions, 1000, 7);
        var other = TrainingFeatures.Split(Rows(100, 3), Dimensions, 1000, 8);

        Assert.Equal((80, 20), (split.Gallery.Count, split.Queries.Count));
        Assert.Equal(split.Queries.Values.ToArray(), same.Queries.Values.ToArray());
        Assert.Equal(split.Gallery.Values.ToArray(), same.Gallery.Values.ToArray());
        Assert.NotEqual(split.Queries.Values.ToArray(), other.Queries.Values.ToArray());
        Assert.Equal(
            Rows(100, 3).Select(row => row[0]).Order(),
            Enumerable.Range(0, 80).Select(row => split.Gallery[row][0]).Concat(Enumerable.Range(0, 20).Select(row => split.Queries[row][0])).Order());
    }

    [Fact]
    public void Too_few_rows_and_values_that_are_not_finite_are_refused()
    {
        Assert.Throws<TrainingDataException>(() => TrainingFeatures.Split(Rows(4, 1), Dimensions, 10, 1));
        var rows = Rows(50, 1);
        rows[20][3] = float.NaN;
        Assert.Throws<TrainingDataException>(() => TrainingFeatures.Split(rows, Dimensions, 10, 1));
    }

    internal static float[][] Rows(int count, int seed, int dimensions = Dimensions)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, dimensions).Select(_ => (2 * random.NextSingle()) - 1).ToArray())];
    }

    /// <summary>All by sorting, in double precision.</summary>
    private static double ByTheBook(TrainingFeatures features, HashEncoder encoder)
    {
        var sum = 0.0;
        var near = Math.Max(5, features.Gallery.Count / 100);
        for (var q = 0; q < features.Queries.Count; q++)
        {
            var query = features.Queries[q].ToArray();
            var code = encoder.Encode(query, 1);
            var ranked = Enumerable.Range(0, features.Gallery.Count)
                .Select(row => (Values: features.Gallery[row].ToArray(), IsAlike: features.Labels is { } labels && labels.Queries[q] is { } label && labels.Gallery[row] == label))
                .Select(row => (Euclid: row.Values.Zip(query, (a, b) => Math.Pow(a - (double)b, 2)).Sum(), Hamming: HammingDistance.Between(code, encoder.Encode(row.Values, 1)), row.IsAlike))
                .OrderBy(row => row.Euclid)
                .Select((row, rank) => (row.Hamming, IsRight: row.IsAlike || rank < near))
                .OrderBy(row => row.Hamming)
                .ToArray();
            sum += TieAwareMetrics.AveragePrecision([.. ranked.Select(row => (double)row.Hamming)], [.. ranked.Select(row => row.IsRight)], ranked.Count(row => row.IsRight));
        }

        return sum / features.Queries.Count;
    }
}
