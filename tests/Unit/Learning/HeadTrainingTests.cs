using Pipeline.Learning;
using Pipeline.Learning.Evidence;
using Pipeline.Learning.Phases;
using Pipeline.Onnx;
using Pipeline.Onnx.Graphs;
using Pipeline.Onnx.Training;
using Pipeline.Tests.Unit.Onnx;
using Pipeline.Tests.Unit.Onnx.Training;
using Xunit;

namespace Pipeline.Tests.Unit.Learning;

public sealed class HeadTrainingTests
{
    private static readonly EvidenceGraph Evidence = EvidenceGraph.OfPairs(8, [new(0, 1), new(2, 3), new(4, 5), new(6, 7)]);
    private static readonly LearningOptions Options = new() { MinSteps = 6, MaxSteps = 6, Epochs = 1 };
    private static readonly LearningImages Images = Draw(8);

    [Fact]
    public void Pairs_come_closer_and_the_head_stays_a_head()
    {
        using var training = Training(Options);
        var first = training.Advance();
        IReadOnlyDictionary<string, float> last = first;
        while (!training.IsDone)
        {
            last = training.Advance();
        }

        Assert.Equal(["loss", "gradient_norm", "similarity", "fidelity", "contrast"], training.Losses);
        Assert.True(last["similarity"] < first["similarity"]);
        Assert.True(last["loss"] < first["loss"]);
        Assert.Equal(0, first["fidelity"], 1e-5);
        using var head = new CnnHead(training.Head(), OnnxFixture.Sessions);
        Assert.All(head.Embed(Images.Trunks), Assert.NotNull);
    }

    [Fact]
    public void A_training_taken_up_again_ends_with_the_same_bits()
    {
        using var whole = Training(Options);
        byte[] checkpoint = [];
        while (!whole.IsDone)
        {
            whole.Advance();
            checkpoint = whole.Step == 3 ? whole.Save() : checkpoint;
        }

        using var resumed = Training(Options);
        resumed.Restore(checkpoint);
        Assert.Equal(3, resumed.Step);
        while (!resumed.IsDone)
        {
            resumed.Advance();
        }

        Assert.Equal(whole.Head(), resumed.Head());
    }

    [Fact]
    public void A_rate_that_leaves_the_finite_numbers_ends_the_training()
    {
        using var training = Training(new LearningOptions { Rate = 1e30 });
        var error = Assert.Throws<NotFiniteLossException>(() =>
        {
            while (!training.IsDone)
            {
                training.Advance();
            }
        });
        Assert.True(error.Step > training.Step);
    }

    [Fact]
    public void Without_pairs_nothing_can_be_learned() =>
        Assert.Throws<ArgumentException>(() => new HeadTraining(OnnxFixture.Sessions, Tail.Model, Images, EvidenceGraph.OfPairs(8, []), Options, 1));

    [Fact]
    public void Without_classes_that_are_remembered_knowledge_is_distilled_of_the_subjects_that_evidence_knows()
    {
        var options = Options.Copy();
        options.Distillation = 1;
        float[][] subjects = [.. Evidence.Pairs().Select(pair => Normalised(Images.Teacher[pair.First].Zip(Images.Teacher[pair.Second], (a, b) => a + b)))];
        using var mined = Training(options);
        using var told = new HeadTraining(OnnxFixture.Sessions, Tail.Model, Images, Evidence, options, seed: 1, subjects);

        var first = mined.Advance();
        Assert.True(first["distillation"] > 0);
        Assert.Equal(told.Advance()["distillation"], first["distillation"], 1e-4);

        static float[] Normalised(IEnumerable<float> values)
        {
            float[] row = [.. values];
            var length = MathF.Sqrt(row.Sum(value => value * value));
            return [.. row.Select(value => value / length)];
        }
    }

    [Fact]
    public void An_operator_that_cannot_be_trained_is_named()
    {
        var graph = new OnnxGraphBuilder("odd");
        string trunk = graph.Input("trunk", OnnxElementType.Float, "N", 96, 7, 7);
        string scale = graph.Constant("scale", [2f], 1);
        string odd = graph.Node("Erf", "odd_node", [graph.Node("Mul", null, [trunk, scale])]);
        graph.Output(graph.Node("Flatten", "embedding", [odd], OnnxAttribute.Of("axis", 1L)), OnnxElementType.Float, "N", Tail.TrunkLength);
        var images = new LearningImages(Images.Trunks, [96, 7, 7], [.. Enumerable.Range(0, 8).Select(_ => new float[Tail.TrunkLength])]);
        var error = Assert.Throws<UnsupportedOperatorException>(() => new HeadTraining(OnnxFixture.Sessions, graph.Build(), images, Evidence, Options, 1));
        Assert.Equal("Erf", error.OperatorType);
        Assert.Contains("odd_node", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_update_judges_the_head_that_it_hands_over()
    {
        List<int> steps = [];
        var result = await new HeadUpdater(OnnxFixture.Sessions, Options, new(), new()).RunAsync(
            new(Tail.Model, Images, Evidence, Seed: 4), [new(0, 1)], afterStep: (step, _) =>
            {
                steps.Add(step.Step);
                Assert.Equal((UpdatePhases.Training, step.Step), (step.Phase, step.PhaseStep));
                return ValueTask.CompletedTask;
            });
        Assert.Equal([1, 2, 3, 4, 5, 6], steps);
        Assert.Equal(4, result.Learned + result.HeldOut.Count);
        Assert.Equal(result.Verdict.IsAccepted, result.Verdict.Reasons.Count == 0);
        Assert.NotEqual(Tail.Model, result.Head);
        Assert.True(result.Drift!.Low < 0 && result.Drift.High > 0);
    }

    [Fact]
    public async Task Evidence_of_one_subject_cannot_be_judged() =>
        await Assert.ThrowsAsync<ArgumentException>(() => new HeadUpdater(OnnxFixture.Sessions, Options, new(), new()).RunAsync(
            new(Tail.Model, Images, EvidenceGraph.OfPairs(8, [new(0, 1), new(1, 2)]), Seed: 1), []));

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Features_that_are_not_finite_are_refused(float value)
    {
        float[][] teacher = [.. Images.Teacher];
        teacher[3] = [.. teacher[3].Select((v, d) => d == 5 ? value : v)];
        Assert.Throws<ArgumentException>(() => new LearningImages(Images.Trunks, [96, 7, 7], teacher));
    }

    private static HeadTraining Training(LearningOptions options) =>
        new(OnnxFixture.Sessions, Tail.Model, Images, Evidence, options, seed: 1);

    private static LearningImages Draw(int count)
    {
        var random = new Random(2);
        ReadOnlyMemory<Half>[] trunks = [.. Enumerable.Range(0, count).Select(_ =>
            (ReadOnlyMemory<Half>)Enumerable.Range(0, Tail.TrunkLength).Select(_ => (Half)((6 * random.NextSingle()) - 3)).ToArray())];
        using var head = new CnnHead(Tail.Model, OnnxFixture.Sessions);
        return new LearningImages(trunks, [96, 7, 7], [.. head.Embed(trunks).Select(row => row!)]);
    }
}
