using Pipeline.Hashing;
using Pipeline.Hashing.Learning;
using Pipeline.Tests.Unit.Onnx;
using Xunit;

namespace Pipeline.Tests.Unit.Hashing.Learning;

public sealed class HashLearnersTests
{
    private static readonly LdphOptions Short = new() { PretrainingEpochs = 8, Rounds = 2, EpochsPerRound = 3, PairsPerRow = 5, BatchSize = 100 };

    public static TheoryData<string> References => [.. HashLearners.ReferenceNames];

    public static TheoryData<string> All => [.. HashLearners.ReferenceNames, "ldph"];

    [Fact]
    public void Six_references_are_there() => Assert.Equal(["bre", "itq", "lsh", "mlh", "sh", "sph"], HashLearners.ReferenceNames.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(References))]
    public void A_learner_has_the_name_it_is_found_by(string name)
    {
        Assert.Equal(name, HashLearners.Named(name).Name);
        Assert.Equal($"ldph({name})", HashLearners.Named($"ldph({name})").Name);
        Assert.Equal($"ldsh({name})", Assert.IsType<ISupervisedHashLearner>(HashLearners.Named($"ldsh({name})"), exactMatch: false).Name);
    }

    [Theory]
    [InlineData("pq")]
    [InlineData("ldph(pq)")]
    [InlineData("ldxx(itq)")]
    [InlineData("ldsh()")]
    [InlineData("ldph(itq")]
    [InlineData("")]
    public void Nothing_is_found_by_another_name(string name) => Assert.Throws<ArgumentException>(() => HashLearners.Named(name));

    [Theory]
    [MemberData(nameof(References))]
    public void Near_features_get_near_codes(string name)
    {
        FeatureRows rows = LearningFixture.Clusters(600, 20);
        var function = HashLearners.Named(name).Train(rows, 32, 1);
        Assert.Equal((20, 32), (function.Dimensions, function.Bits));
        Assert.InRange(LearningFixture.Correlation(function, rows), 0.45, 1);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Equal_seeds_give_equal_functions_and_others_do_not(string name)
    {
        FeatureRows rows = LearningFixture.Clusters(300, 20);
        byte[] model = Learner(name).Train(rows, 16, 1).BuildModel();
        Assert.Equal(model, Learner(name).Train(rows, 16, 1).BuildModel());
        if (name != "sh")
        {
            Assert.NotEqual(model, Learner(name).Train(rows, 16, 2).BuildModel());
        }
    }

    [Fact]
    public void What_learns_from_labels_depends_on_them_and_refuses_to_without()
    {
        FeatureRows rows = LearningFixture.Clusters(300, 20);
        var learner = new LinearDistanceSupervisedHashing(new IterativeQuantization(), Short);

        Assert.Equal(Train(5), Train(5));
        Assert.NotEqual(Train(5), Train(2));
        Assert.Throws<ArgumentException>(() => learner.Train(rows, new int?[299], 16, 1));
        Assert.Throws<TrainingDataException>(() => learner.Train(rows, 16, 1));

        byte[] Train(int labels) => learner.Train(rows, [.. Enumerable.Range(0, 300).Select(row => (int?)(row % labels))], 16, 1).BuildModel();
    }

    [Theory]
    [MemberData(nameof(All))]
    public void More_bits_than_dimensions_are_learnt(string name)
    {
        FeatureRows rows = LearningFixture.Clusters(300, 10);
        var function = Learner(name).Train(rows, 64, 1);
        Assert.Equal(64, function.Bits);
        Assert.InRange(LearningFixture.Correlation(function, rows), 0.3, 1);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Dimensions_that_do_not_vary_are_no_hindrance(string name)
    {
        FeatureRows narrow = LearningFixture.Clusters(300, 10);
        var values = new float[300 * 30];
        for (int row = 0; row < 300; row++)
        {
            narrow[row].CopyTo(values.AsSpan(row * 30));
            values.AsSpan((row * 30) + 20, 10).Fill(0.5f);
        }

        var rows = new FeatureRows(values, 30);
        Assert.InRange(LearningFixture.Correlation(Learner(name).Train(rows, 32, 1), rows), 0.3, 1);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Zero_vectors_and_doubles_among_the_rows_are_no_hindrance(string name)
    {
        float[] values = LearningFixture.Clusters(300, 10).Values.ToArray();
        values.AsSpan(0, 1000).Clear();
        var rows = new FeatureRows(values, 10);
        var function = Learner(name).Train(rows, 16, 1);
        Assert.True(LearningFixture.Codes(function, rows).Select(Convert.ToHexString).Distinct().Count() > 20);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Fewer_rows_than_bits_are_refused(string name) =>
        Assert.Contains("31 features are too few", Refusal(name, LearningFixture.Clusters(31, 40), 32), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(All))]
    public void Equal_rows_are_refused(string name)
    {
        var values = new float[100 * 8];
        Array.Fill(values, 0.25f);
        Assert.Contains("equal", Refusal(name, new FeatureRows(values, 8), 16), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(20)]
    [InlineData(264)]
    public void Lengths_that_no_code_has_are_refused(int bits) => Assert.All(
        (IEnumerable<string>)[.. HashLearners.ReferenceNames, "ldph"],
        name => Assert.Throws<ArgumentException>(() => Learner(name).Train(LearningFixture.Clusters(300, 20), bits, 1)));

    [Theory]
    [MemberData(nameof(All))]
    public void Training_can_be_cancelled(string name)
    {
        if (name is not "lsh")
        {
            Assert.ThrowsAny<OperationCanceledException>(
                () => Learner(name).Train(LearningFixture.Clusters(100, 20), 16, 1, new CancellationToken(canceled: true)));
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Rows_that_are_not_finite_are_refused(float value) =>
        Assert.Contains("not finite", Assert.Throws<TrainingDataException>(() => new FeatureRows(new[] { 1, value }, 2)).Message, StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(All))]
    public void A_zero_vector_has_the_code_in_the_model_that_it_has_in_plain_code(string name)
    {
        var function = Learner(name).Train(LearningFixture.Clusters(300, 20), 16, 1);
        using var encoder = new HashEncoder(function.BuildModel(), OnnxFixture.Sessions);
        var code = new byte[2];
        function.Encode(new float[20], code);
        Assert.Equal(code, encoder.Encode(new float[20], 1));
    }

    private static IHashLearner Learner(string name) =>
        name == "ldph" ? new LinearDistancePreservingHashing(new IterativeQuantization(), Short) : HashLearners.Named(name);

    private static string Refusal(string name, FeatureRows rows, int bits) =>
        Assert.Throws<TrainingDataException>(() => Learner(name).Train(rows, bits, 1)).Message;
}
