using System.Numerics.Tensors;
using Pipeline.Learning.Losses;
using Pipeline.Onnx.Graphs;
using Pipeline.Onnx.Training;
using Pipeline.Tests.Unit.Onnx;
using Xunit;

namespace Pipeline.Tests.Unit.Learning;

/// <summary>Every term of the loss against the same formula in plain loops; the operators' gradients are tested with the operators.</summary>
public sealed class LossTests
{
    private const int Rows = 7;
    private const int Dimensions = 5;

    private static readonly float[] Positive = Mask((i, j) => i != j && i / 2 == j / 2);
    private static readonly float[] Negative = Mask((i, j) => i / 2 != j / 2);

    [Theory]
    [InlineData(0.5)]
    [InlineData(2)]
    public void Free_features_settle_where_the_published_pair_loss_is_least(double alpha)
    {
        float[] teacher = [1, 0, 0.5f, -0.25f, 0.5f, 0.75f];
        var graph = new TrainingGraph("free");
        string teachers = graph.Input("teacher", OnnxElementType.Float, 2, 3);
        string features = graph.Parameter("f", new float[] { 0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f }, 2, 3);
        var inputs = new LossInputs(graph.Math, features, teachers, graph.Graph.Constant("positive", [0f, 1, 1, 0], 2, 2), "");
        string loss = graph.Math.WeightedSum((alpha, PairLoss.Similarity(inputs)), (1, PairLoss.Fidelity(inputs)));
        using var session = new TrainingSession(OnnxFixture.Sessions, graph.Build(loss, new StochasticGradientDescent { Momentum = 0 }));
        using var batch = new TrainingBatch().Add("teacher", teacher, 2, 3);
        for (var step = 0; step < 400; step++)
        {
            session.Step(batch, 0.1);
        }

        var settled = session.Download()["f"];
        for (var d = 0; d < 3; d++)
        {
            Assert.Equal((((1 + alpha) * teacher[d]) + (alpha * teacher[3 + d])) / (1 + (2 * alpha)), settled[d], 1e-5);
            Assert.Equal((((1 + alpha) * teacher[3 + d]) + (alpha * teacher[d])) / (1 + (2 * alpha)), settled[3 + d], 1e-5);
        }
    }

    [Fact]
    public void Similarity_is_the_mean_over_pairs()
    {
        var (features, teacher) = Draw(1);
        Assert.Equal(
            Pairs().Average(pair => Distance(features, pair.I, features, pair.J)), Value(features, teacher, PairLoss.Similarity), 1e-5);
    }

    [Fact]
    public void Fidelity_is_twice_the_mean_drift_and_none_without_drift()
    {
        var (features, teacher) = Draw(2);
        Assert.Equal(2 * Enumerable.Range(0, Rows).Average(i => Distance(features, i, teacher, i)), Value(features, teacher, PairLoss.Fidelity), 1e-5);
        Assert.Equal(0, Value(teacher, teacher, PairLoss.Fidelity), 1e-7);
    }

    [Fact]
    public void Two_teachers_each_hold_what_is_theirs()
    {
        const int Real = 4;
        var (features, teacher) = Draw(9);
        var (specialist, _) = Draw(10);
        LossInputs Two(LossInputs x) => x with
        {
            Specialist = x.Math.Graph.Constant("specialist", specialist, Rows, Dimensions),
            Synthesised = x.Math.Graph.Constant("synthesised", [.. Enumerable.Range(0, Rows).Select(i => i < Real ? 0f : 1)], Rows, 1),
        };

        Assert.Equal(2 * Range(0, Real).Average(i => Distance(features, i, specialist, i)), Value(features, teacher, x => TeacherLoss.Specialist(Two(x))), 1e-5);
        Assert.Equal(2 * Range(0, Real).Average(i => Distance(features, i, teacher, i)), Value(features, teacher, x => PairLoss.Fidelity(Two(x))), 1e-5);
        Assert.Equal(2 * Range(Real, Rows).Average(i => Distance(features, i, teacher, i)), Value(features, teacher, x => TeacherLoss.Rehearsal(Two(x))), 1e-5);
        Assert.Equal(
            2 * Range(0, Rows).Average(i => Distance(features, i, specialist, i)),
            Value(features, teacher, x => TeacherLoss.Specialist(Two(x) with { Synthesised = null })),
            1e-5);

        static IEnumerable<int> Range(int first, int end) => Enumerable.Range(first, end - first);
    }

    [Fact]
    public void Contrast_tells_pairs_from_images_that_nothing_connects()
    {
        const double Temperature = 0.1;
        var (features, teacher) = Draw(3);
        var expected = Pairs().Average(pair =>
        {
            var same = Math.Exp(Cosine(features, pair.I, features, pair.J) / Temperature);
            var others = Enumerable.Range(0, Rows).Where(k => k / 2 != pair.I / 2).Sum(k => Math.Exp(Cosine(features, pair.I, features, k) / Temperature));
            return -Math.Log(same / (same + others));
        });
        Assert.Equal(expected, Value(features, teacher, x => ContrastLoss.Build(x, Temperature)), 1e-4);
    }

    [Fact]
    public void Correlations_are_distilled_by_their_divergence_from_the_teachers()
    {
        const double Temperature = 4;
        var (features, teacher) = Draw(4);
        var expected = Temperature * Temperature * Enumerable.Range(0, Rows).Average(i =>
        {
            var p = Softmax([.. Enumerable.Range(0, Rows).Select(j => Cosine(teacher, i, teacher, j) / Temperature)]);
            var q = Softmax([.. Enumerable.Range(0, Rows).Select(j => Cosine(features, i, features, j) / Temperature)]);
            return p.Zip(q, (a, b) => a * Math.Log(a / b)).Sum();
        });
        Assert.Equal(expected, Value(features, teacher, x => CorrelationDistillation.Build(x, Temperature)), 1e-5);
        Assert.Equal(0, Value(teacher, teacher, x => CorrelationDistillation.Build(x, Temperature)), 1e-6);
    }

    [Fact]
    public void Discrepancy_compares_the_means_of_kernels_within_and_between()
    {
        var (features, teacher) = Draw(5);
        double Kernel(float[] a, float[] b) => Enumerable.Range(0, Rows).SelectMany(i => Enumerable.Range(0, Rows).Select(j =>
            new[] { 0.25, 0.5, 1, 2 }.Average(width => Math.Exp(-Distance(a, i, b, j) / (2 * width * width))))).Average();
        Assert.Equal(
            Kernel(features, features) + Kernel(teacher, teacher) - (2 * Kernel(features, teacher)), Value(features, teacher, MeanDiscrepancy.Build), 1e-5);
        Assert.Equal(0, Value(teacher, teacher, MeanDiscrepancy.Build), 1e-6);
    }

    [Fact]
    public void Knowledge_is_distilled_from_the_old_classifiers_answers()
    {
        const double Temperature = 2;
        var (features, teacher) = Draw(6);
        var prototypes = Draw(7).Features[..(3 * Dimensions)];
        var expected = Temperature * Temperature * Enumerable.Range(0, Rows).Average(i =>
        {
            var before = Softmax([.. Enumerable.Range(0, 3).Select(k => 16 * Cosine(teacher, i, prototypes, k) / Temperature)]);
            var now = Softmax([.. Enumerable.Range(0, 3).Select(k => 16 * Cosine(features, i, prototypes, k) / Temperature)]);
            return -before.Zip(now, (b, n) => b * Math.Log(n)).Sum();
        });
        Assert.Equal(
            expected,
            Value(features, teacher, x => KnowledgeDistillation.Build(x, Temperature), prototypes),
            1e-4);
    }

    private static float Value(float[] features, float[] teacher, Func<LossInputs, string> build, float[]? prototypes = null)
    {
        var graph = new TrainingGraph("term");
        string teachers = graph.Input("teacher", OnnxElementType.Float, Rows, Dimensions);
        string rows = graph.Parameter("f", features, Rows, Dimensions);
        string loss = build(new LossInputs(
            graph.Math, rows, teachers, graph.Graph.Constant("positive", Positive, Rows, Rows), graph.Graph.Constant("negative", Negative, Rows, Rows),
            prototypes is null ? null : graph.Graph.Constant("prototypes", prototypes, prototypes.Length / Dimensions, Dimensions)));
        using var session = new TrainingSession(OnnxFixture.Sessions, graph.Build(loss, new Adam()));
        using var batch = new TrainingBatch().Add("teacher", teacher, Rows, Dimensions);
        var reported = session.Evaluate(batch)[TrainingGraph.Loss];

        // A step must be possible, too: every term has a gradient.
        Assert.True(float.IsFinite(session.Step(batch, 1e-3)[TrainingGraph.GradientNorm]));
        return reported;
    }

    private static (float[] Features, float[] Teacher) Draw(int seed)
    {
        var random = new Random(seed);
        return (Unit(), Unit());

        float[] Unit()
        {
            float[] rows = [.. Enumerable.Range(0, Rows * Dimensions).Select(_ => (2 * random.NextSingle()) - 1)];
            for (var i = 0; i < Rows; i++)
            {
                var row = rows.AsSpan(i * Dimensions, Dimensions);
                TensorPrimitives.Divide(row, TensorPrimitives.Norm<float>(row), row);
            }

            return rows;
        }
    }

    private static IEnumerable<(int I, int J)> Pairs() =>
        Enumerable.Range(0, Rows).SelectMany(i => Enumerable.Range(0, Rows).Select(j => (i, j))).Where(pair => pair.i != pair.j && pair.i / 2 == pair.j / 2);

    private static float[] Mask(Func<int, int, bool> set) => [.. Enumerable.Range(0, Rows * Rows).Select(at => set(at / Rows, at % Rows) ? 1f : 0)];

    private static double Cosine(float[] a, int i, float[] b, int j) => TensorPrimitives.Dot<float>(Row(a, i), Row(b, j));

    private static double Distance(float[] a, int i, float[] b, int j) => Math.Pow(TensorPrimitives.Distance<float>(Row(a, i), Row(b, j)), 2);

    private static ReadOnlySpan<float> Row(float[] rows, int i) => rows.AsSpan(i * Dimensions, Dimensions);

    private static double[] Softmax(double[] logits)
    {
        var exponentials = logits.Select(Math.Exp).ToArray();
        return [.. exponentials.Select(value => value / exponentials.Sum())];
    }
}
