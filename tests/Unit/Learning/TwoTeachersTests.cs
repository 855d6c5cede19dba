using Pipeline.Learning;
using Pipeline.Learning.Evidence;
using Pipeline.Learning.Phases;
using Pipeline.Learning.Synthesis;
using Pipeline.Onnx;
using Pipeline.Tests.Unit.Onnx;
using Pipeline.Tests.Unit.Onnx.Training;
using Xunit;

namespace Pipeline.Tests.Unit.Learning;

/// <summary>A specialist, synthesised inputs and a student that both teach.</summary>
public sealed class TwoTeachersTests
{
    private const int Training = 4;
    private const int Synthesis = 3;
    private static readonly LearningOptions Options = new() { MinSteps = Training, MaxSteps = Training, Epochs = 1, Fidelity = 0, Specialist = 1, Rehearsal = 1 };
    private static readonly SynthesisOptions Inputs = new() { PerClass = 2, Steps = Synthesis, Unclassed = 5 };
    private static readonly LearningImages Images = Draw(12);

    /// <summary>Six subjects of two views.</summary>
    private static readonly EvidenceGraph Evidence = EvidenceGraph.OfClasses([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);

    [Fact]
    public async Task A_specialist_learns_then_inputs_are_synthesised_then_both_teachers_teach_the_student()
    {
        List<UpdateStep> steps = [];
        var learned = await RunAsync(Options, afterStep: steps.Add);

        Assert.Equal(
            [(UpdatePhases.Specialist, Training), (UpdatePhases.Synthesis, Synthesis), (UpdatePhases.Training, Training)],
            steps.GroupBy(step => step.Phase).Select(phase => (phase.Key, phase.Count())));
        Assert.Equal(Enumerable.Range(1, (2 * Training) + Synthesis), steps.Select(step => step.Step));
        Assert.All(steps, step => Assert.Equal((2 * Training) + Synthesis, step.Steps));
        Assert.Equal((2 * Training) + Synthesis, learned.Steps);
        Assert.Equal(2 * 2, learned.Synthesised);
        Assert.Equal(["loss", "gradient_norm", "similarity", "contrast"], steps[0].Losses.Keys);
        Assert.Equal(["loss", "gradient_norm", "statistics", "class", "variation", "energy"], steps[Training].Losses.Keys);
        Assert.Equal(["loss", "gradient_norm", "similarity", "contrast", "specialist", "rehearsal"], steps[^1].Losses.Keys);

        // The student begins as the present head: at the first teacher, and away from the second.
        var first = steps[Training + Synthesis].Losses;
        Assert.Equal(0, first["rehearsal"], 1e-5);
        Assert.True(first["specialist"] > 1e-4);
        using var head = new CnnHead(learned.Head, OnnxFixture.Sessions);
        Assert.All(head.Embed(Images.Trunks), Assert.NotNull);
    }

    [Theory]
    [InlineData(1, 0, UpdatePhases.Specialist, UpdatePhases.Training)]
    [InlineData(0, 1, UpdatePhases.Synthesis, UpdatePhases.Training)]
    [InlineData(0, 0, UpdatePhases.Training)]
    public async Task A_teacher_without_a_weight_is_left_out(double specialist, double rehearsal, params string[] phases)
    {
        var options = Options.Copy();
        (options.Specialist, options.Rehearsal) = (specialist, rehearsal);
        List<UpdateStep> steps = [];
        var learned = await RunAsync(options, afterStep: steps.Add);
        Assert.Equal(phases, steps.Select(step => step.Phase).Distinct());
        Assert.Equal(rehearsal > 0 ? 4 : 0, learned.Synthesised);
        Assert.Equal((specialist > 0, rehearsal > 0), (steps[^1].Losses.ContainsKey("specialist"), steps[^1].Losses.ContainsKey("rehearsal")));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(Training)]
    [InlineData(Training + 2)]
    [InlineData(Training + Synthesis + 1)]
    public async Task Broken_off_in_any_phase_it_goes_on_to_the_same_bits(int brokenAt)
    {
        byte[] checkpoint = [];
        var whole = await RunAsync(Options, afterStep: step => checkpoint = step.Step == brokenAt ? step.Save() : checkpoint);
        List<int> steps = [];
        var resumed = await RunAsync(Options, checkpoint, step => steps.Add(step.Step));
        Assert.Equal(Enumerable.Range(brokenAt + 1, whole.Steps - brokenAt), steps);
        Assert.Equal(whole.Head, resumed.Head);
        Assert.Equal(whole.Synthesised, resumed.Synthesised);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    [InlineData(5000)]
    public async Task A_damaged_checkpoint_is_refused(int damagedAt)
    {
        byte[] checkpoint = [];
        await RunAsync(Options, afterStep: step => checkpoint = step.Phase == UpdatePhases.Synthesis ? step.Save() : checkpoint);
        checkpoint[damagedAt] ^= 1;
        await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync(Options, checkpoint));
        await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync(Options, new byte[10]));
    }

    [Fact]
    public async Task A_checkpoint_of_a_phase_that_the_recipe_does_not_have_is_refused()
    {
        byte[] checkpoint = [];
        await RunAsync(Options, afterStep: step => checkpoint = step.Phase == UpdatePhases.Specialist ? step.Save() : checkpoint);
        var options = Options.Copy();
        options.Specialist = 0;
        await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync(options, checkpoint));
    }

    [Fact]
    public async Task Where_nothing_is_remembered_the_statistics_alone_are_followed()
    {
        List<UpdateStep> steps = [];
        var learned = await RunAsync(Options, afterStep: steps.Add, remembers: false);
        Assert.Equal(Inputs.Unclassed, learned.Synthesised);
        var synthesis = steps.Where(step => step.Phase == UpdatePhases.Synthesis).ToList();
        Assert.DoesNotContain("class", synthesis[0].Losses.Keys);
        Assert.True(synthesis[^1].Losses["statistics"] < synthesis[0].Losses["statistics"]);
    }

    [Fact]
    public async Task An_update_replaces_the_images_of_what_was_learned_before_and_is_still_judged_by_them()
    {
        var material = new UpdateMaterial(Tail.Model, Images, Evidence, Seed: 3);
        HashSet<int> before = [Evidence.Subject(0), Evidence.Subject(2), Evidence.Subject(4)];
        var result = await new HeadUpdater(OnnxFixture.Sessions, Options, Inputs, new()).RunAsync(material, [], before);

        // One subject of each half is kept back, so two old ones are rehearsed and two new ones learned.
        Assert.Equal((2, 2 * Inputs.PerClass), (result.Learned, result.Synthesised));
        Assert.Equal([true, false], result.HeldOut.Select(pair => before.Contains(Evidence.Subject(pair.First))).OrderDescending());

        var without = Options.Copy();
        without.Rehearsal = 0;
        Assert.Equal(4, (await new HeadUpdater(OnnxFixture.Sessions, without, Inputs, new()).RunAsync(material, [], before)).Learned);
    }

    [Fact]
    public async Task Where_everything_was_learned_before_there_is_nothing_to_learn() =>
        await Assert.ThrowsAsync<ArgumentException>(() => new HeadUpdater(OnnxFixture.Sessions, Options, Inputs, new()).RunAsync(
            new UpdateMaterial(Tail.Model, Images, Evidence, Seed: 3), [], Enumerable.Range(0, Images.Count).Select(Evidence.Subject).ToHashSet()));

    [Theory]
    [InlineData(0, 5)]
    [InlineData(3, 6)]
    [InlineData(40, 40)]
    [InlineData(200, 50)]
    public void Many_classes_share_the_inputs_that_are_allowed(int classes, int expected)
    {
        var remembered = Enumerable.Range(0, classes).Select(i => Images.Teacher[i % Images.Count]).ToArray();
        using var synthesis = new InputSynthesis(
            OnnxFixture.Sessions, Tail.Model, CnnHead.Input, Images.TrunkShape, remembered, new() { PerClass = 2, MaxInputs = 50, Unclassed = 5, Steps = 1 }, seed: 1);
        Assert.Equal(expected, synthesis.Inputs().Count);
    }

    private static Task<LearnedHead> RunAsync(LearningOptions options, ReadOnlyMemory<byte>? checkpoint = null, Action<UpdateStep>? afterStep = null, bool remembers = true)
    {
        var material = new UpdateMaterial(Tail.Model, Images, Evidence, Seed: 1) { Remembered = remembers ? [Images.Teacher[3], Images.Teacher[8]] : [] };
        return new HeadLearning(OnnxFixture.Sessions, options, Inputs).RunAsync(material, checkpoint, (step, _) =>
        {
            afterStep?.Invoke(step);
            return ValueTask.CompletedTask;
        });
    }

    private static LearningImages Draw(int count)
    {
        var random = new Random(4);
        ReadOnlyMemory<Half>[] trunks = [.. Enumerable.Range(0, count).Select(_ =>
            (ReadOnlyMemory<Half>)Enumerable.Range(0, Tail.TrunkLength).Select(_ => (Half)((6 * random.NextSingle()) - 3)).ToArray())];
        using var head = new CnnHead(Tail.Model, OnnxFixture.Sessions);
        return new LearningImages(trunks, [96, 7, 7], [.. head.Embed(trunks).Select(row => row!)]);
    }
}
