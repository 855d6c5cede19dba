using Pipeline.Hashing.Learning;
using Xunit;

namespace Pipeline.Tests.Unit.Hashing.Learning;

public sealed class LinearDistancePreservingHashingTests
{
    private static readonly LdphOptions Short = new() { PretrainingEpochs = 20, Rounds = 4, EpochsPerRound = 3, BatchSize = 100 };

    [Fact]
    public void Distances_become_more_linear_than_the_reference_s()
    {
        FeatureRows rows = LearningFixture.Clusters(1000, 32);
        var reference = new LocalitySensitiveHashing();
        var trained = reference.Train(rows, 16, 1);
        var learned = new LinearDistancePreservingHashing(reference, Short).Improve(trained, rows, 1);
        Assert.True(LearningFixture.Correlation(learned, rows) > LearningFixture.Correlation(trained, rows) + 0.03);
    }

    [Fact]
    public void Rounds_that_rank_worse_are_undone_and_the_best_one_is_the_result()
    {
        FeatureRows rows = LearningFixture.Clusters(500, 32);
        var rounds = new List<LdphRound>();
        var reference = new IterativeQuantization();

        // At this λ training comes apart.
        var learner = new LinearDistancePreservingHashing(reference, Short with { Lambda = 50 });
        learner.Improve(reference.Train(rows, 16, 1), rows, 1, rounds.Add);

        Assert.Equal([0, 1, 2, 3, 4], rounds.Select(round => round.Round));
        Assert.Contains(rounds, round => !round.Kept);
        double best = double.NegativeInfinity;
        foreach (LdphRound round in rounds)
        {
            Assert.Equal(round.Ranking > best, round.Kept);
            best = Math.Max(best, round.Ranking);
        }
    }

    [Fact]
    public void The_published_recipe_keeps_every_round()
    {
        FeatureRows rows = LearningFixture.Clusters(300, 32);
        var rounds = new List<LdphRound>();
        var reference = new IterativeQuantization();
        var options = LdphOptions.Published with { PretrainingEpochs = 5, EpochsPerRound = 1, PairsPerRow = 2, BatchSize = 100 };
        new LinearDistancePreservingHashing(reference, options).Improve(reference.Train(rows, 16, 1), rows, 1, rounds.Add);
        Assert.Equal(6, rounds.Count);
        Assert.All(rounds, round => Assert.True(round.Kept));
    }

    [Fact]
    public void The_network_imitates_hyperplanes_almost_bit_for_bit()
    {
        FeatureRows rows = LearningFixture.Clusters(1000, 16);
        LdphRound? imitation = null;
        var reference = new IterativeQuantization();
        new LinearDistancePreservingHashing(reference, Short with { Rounds = 0 })
            .Improve(reference.Train(rows, 16, 1), rows, 1, round => imitation = round);
        Assert.InRange(imitation!.Agreement, 0.95, 1);
    }

    [Fact]
    public void Trainings_that_share_the_threads_end_where_one_alone_ends()
    {
        FeatureRows rows = LearningFixture.Clusters(300, 20);
        var learner = new LinearDistancePreservingHashing(new MinimalLossHashing(), Short with { Rounds = 1 });
        byte[] alone = learner.Train(rows, 16, 1).BuildModel();
        byte[][] together = [.. ParallelEnumerable.Range(0, 4).Select(_ => learner.Train(rows, 16, 1).BuildModel())];
        Assert.All(together, model => Assert.Equal(alone, model));
    }

    [Fact]
    public void Labels_bring_rows_of_one_label_nearer_than_features_alone_do()
    {
        // A direction of middling variance decides the label.
        FeatureRows rows = LearningFixture.Clusters(800, 16);
        int?[] labels = [.. Enumerable.Range(0, rows.Count).Select(row => row % 10 == 0 ? (int?)null : rows[row][3] > 0 ? 1 : 0)];
        var reference = new LocalitySensitiveHashing();
        var trained = reference.Train(rows, 16, 1);
        var learner = new LinearDistancePreservingHashing(reference, Short);
        Assert.True(Contrast(learner.Improve(trained, rows, labels, 1)) > Contrast(learner.Improve(trained, rows, 1)) + 0.2);

        double Contrast(Pipeline.Hashing.IHashFunction function)
        {
            byte[][] codes = LearningFixture.Codes(function, rows);
            var pairs = Enumerable.Range(0, rows.Count - 40).SelectMany(row => Enumerable.Range(1, 39).Select(step => (row, row + step)))
                .ToLookup(pair => rows[pair.row][3] > 0 == rows[pair.Item2][3] > 0, pair => Pipeline.Hashing.HammingDistance.Between(codes[pair.row], codes[pair.Item2]));
            return pairs[false].Average() - pairs[true].Average();
        }
    }

    [Fact]
    public void Labels_that_are_not_one_for_each_row_are_refused()
    {
        FeatureRows rows = LearningFixture.Clusters(100, 20);
        var reference = new LocalitySensitiveHashing();
        Assert.Throws<ArgumentException>(
            () => new LinearDistancePreservingHashing(reference, Short).Improve(reference.Train(rows, 16, 1), rows, new int?[99], 1));
    }

    [Fact]
    public void A_reference_of_other_features_is_refused()
    {
        var reference = new LocalitySensitiveHashing();
        var trained = reference.Train(LearningFixture.Clusters(100, 20), 16, 1);
        Assert.Throws<ArgumentException>(
            () => new LinearDistancePreservingHashing(reference).Improve(trained, LearningFixture.Clusters(100, 21), 1));
    }
}
