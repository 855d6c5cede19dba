using Pipeline.Hashing;
using Pipeline.Hashing.Learning;
using Pipeline.Tests.Unit.Onnx;
using Xunit;

namespace Pipeline.Tests.Unit.Hashing.Learning;

public sealed class TwinStepsTests
{
    private const int Rows = 700;

    [Theory]
    [InlineData(16, 16, 0)]
    [InlineData(64, 64, 0)]
    [InlineData(9, 24, 0)]
    [InlineData(32, 32, 0.2)]
    public void The_graph_takes_the_steps_that_plain_code_takes(int inputs, int bits, double gamma)
    {
        var options = new LdphOptions { Gamma = gamma, Beta = 1e-3 };
        var scene = new Scene(inputs, bits, options);
        using var plain = new PlainTwinSteps(scene.Plain, options);
        using var onnx = new OnnxTwinSteps(OnnxFixture.Sessions, scene.Twin, scene.Inputs, scene.Codes, options);

        // The last batch of an epoch is smaller; new targets follow each round; and momentum rests once.
        for (ulong step = 0; step < 4; step++)
        {
            int[] rows = scene.SomeRows(step == 3 ? 130 : 500);
            plain.Imitate(rows, scene.Codes, step);
            onnx.Imitate(rows, scene.Codes, step);
        }

        scene.AssertEqual(onnx);
        plain.Rest();
        onnx.Rest();
        RowCodes[] targets = [scene.Codes, scene.Plain.Encode()];
        for (ulong step = 0; step < 6; step++)
        {
            RowPair[] pairs = scene.SomePairs(step == 5 ? 70 : 500);
            var fit = new DistanceTerm(bits / 4.0, bits / 5.0, options.Alpha, options.Lambda, options.Gamma);
            plain.Preserve(pairs, fit, targets[step / 3], step);
            onnx.Preserve(pairs, fit, targets[step / 3], step);
        }

        scene.AssertEqual(onnx);
    }

    [Theory]
    [InlineData(0.5, 0, 0)]
    [InlineData(0, 1e-2, 0)]
    [InlineData(0, 0, 0.5)]
    [InlineData(0.5, 1e-2, 0.5)]
    public void Both_gradients_of_pairs_are_those_of_finite_differences(double lambda, double beta, double gamma)
    {
        var options = new LdphOptions { Rate = 1, Momentum = 0, Lambda = lambda, Beta = beta, Gamma = gamma, Dropout = 0.2 };
        var scene = new Scene(6, 8, options);
        RowPair[] pairs = scene.SomePairs(20);
        var fit = new DistanceTerm(2, 1, options.Alpha, lambda, gamma);
        var loss = new TwinLoss(scene, pairs, fit, beta, dropoutSeed: 7);
        using var plain = new PlainTwinSteps(scene.Plain, options);
        using var onnx = new OnnxTwinSteps(OnnxFixture.Sessions, scene.Twin, scene.Inputs, scene.Codes, options);

        double[] expected = loss.FiniteDifferences();
        plain.Preserve(pairs, fit, scene.Codes, 7);
        onnx.Preserve(pairs, fit, scene.Codes, 7);
        onnx.Publish();

        Assert.Contains(expected, slope => Math.Abs(slope) > 1e-3);
        foreach (TwinNetwork network in new[] { scene.Plain, scene.Twin })
        {
            // At rate 1 and without momentum, the gradient is what a step takes away.
            double[] after = TwinLoss.Flatten(network);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.Equal(expected[i], loss.Start[i] - after[i], 2e-6);
            }
        }
    }

    [Fact]
    public void Imitation_s_gradient_is_that_of_finite_differences()
    {
        var options = new LdphOptions { Rate = 1, Momentum = 0, Dropout = 0.2 };
        var scene = new Scene(6, 8, options);
        RowPair[] pairs = scene.SomePairs(20);
        int[] rows = [.. pairs.SelectMany(pair => new[] { pair.First, pair.Second })];
        var loss = new TwinLoss(scene, pairs, new DistanceTerm(0, 0, 1, 0), beta: 0, dropoutSeed: 7);
        using var onnx = new OnnxTwinSteps(OnnxFixture.Sessions, scene.Twin, scene.Inputs, scene.Codes, options);

        double[] expected = loss.FiniteDifferences();
        onnx.Imitate(rows, scene.Codes, 7);
        onnx.Publish();

        double[] after = TwinLoss.Flatten(scene.Twin);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], loss.Start[i] - after[i], 2e-6);
        }
    }

    [Fact]
    public void A_whole_training_by_the_graph_ends_where_plain_code_ends()
    {
        var random = new Random(4);
        var rows = new FeatureRows(Enumerable.Range(0, 600 * 24).Select(_ => random.NextSingle()).ToArray(), 24);
        var options = new LdphOptions { PretrainingEpochs = 10, Rounds = 2, EpochsPerRound = 2, BatchSize = 100 };
        var reference = new LocalitySensitiveHashing();
        List<LdphRound> plainly = [], byGraph = [];

        var trained = reference.Train(rows, 16, 1);
        new LinearDistancePreservingHashing(reference, options).Improve(trained, rows, 1, plainly.Add);
        new LinearDistancePreservingHashing(reference, options with { Engine = LdphEngine.Onnx }, OnnxFixture.Sessions)
            .Improve(trained, rows, 1, byGraph.Add);

        // Rounding differences move a bit at the border now and then, and with it a row's target.
        Assert.Equal(3, byGraph.Count);
        foreach ((LdphRound expected, LdphRound actual) in plainly.Zip(byGraph))
        {
            Assert.Equal(expected.Correlation, actual.Correlation, 0.02);
            Assert.Equal(expected.Agreement, actual.Agreement, 0.02);
        }

        Assert.True(byGraph[0].Agreement > 0.8);
    }

    [Fact]
    public void Training_by_the_graph_needs_sessions() => Assert.Throws<ArgumentNullException>(
        () => new LinearDistancePreservingHashing(new LocalitySensitiveHashing(), new LdphOptions { Engine = LdphEngine.Onnx }));

    [Fact]
    public void Equal_steps_give_equal_bits()
    {
        var options = new LdphOptions();
        Assert.Equal(Train(), Train());

        double[] Train()
        {
            var scene = new Scene(32, 32, options);
            using var onnx = new OnnxTwinSteps(OnnxFixture.Sessions, scene.Twin, scene.Inputs, scene.Codes, options);
            for (ulong step = 0; step < 5; step++)
            {
                onnx.Imitate(scene.SomeRows(500), scene.Codes, step);
                onnx.Preserve(scene.SomePairs(500), new DistanceTerm(8, 8, 0.1, 0.5), scene.Codes, step);
            }

            onnx.Publish();
            return TwinLoss.Flatten(scene.Twin);
        }
    }

    /// <summary>Random rows, their signs as codes, and two equal networks.</summary>
    internal sealed class Scene
    {
        private readonly SplitMix64 _random = new(11);

        public Scene(int inputs, int bits, LdphOptions options)
        {
            (Inputs, Codes) = (new RowMatrix(Rows, inputs), new RowCodes(Rows, bits));
            var signs = new float[bits];
            for (int row = 0; row < Rows; row++)
            {
                Fill(Inputs[row]);
                Fill(signs);
                Codes.Set(row, signs);
            }

            Plain = new TwinNetwork(Inputs, bits, bits, options.Dropout, 2 * options.BatchSize, new SplitMix64(5));
            Twin = new TwinNetwork(Inputs, bits, bits, options.Dropout, 2 * options.BatchSize, new SplitMix64(5));
        }

        public RowMatrix Inputs { get; }

        public RowCodes Codes { get; }

        public TwinNetwork Plain { get; }

        public TwinNetwork Twin { get; }

        public int[] SomeRows(int count) => [.. Enumerable.Range(0, count).Select(_ => _random.Below(Rows))];

        public RowPair[] SomePairs(int count) =>
            [.. Enumerable.Range(0, count).Select(_ => new RowPair(_random.Below(Rows), _random.Below(Rows), (float)(2 * _random.Uniform())))];

        public void AssertEqual(OnnxTwinSteps onnx)
        {
            onnx.Publish();
            double[] expected = TwinLoss.Flatten(Plain), actual = TwinLoss.Flatten(Twin);
            Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 2e-6));
        }

        private void Fill(Span<float> values)
        {
            foreach (ref float value in values)
            {
                value = (float)_random.NextGaussian();
            }
        }
    }
}
