using Pipeline.Learning;
using Pipeline.Learning.Evidence;
using Pipeline.Learning.Losses;
using Pipeline.Onnx;

namespace Pipeline.Tests.Evaluation.Updating;

/// <summary>What the head of the moment leaves to whoever learns the next classes, besides itself; no image.</summary>
/// <param name="Prototypes">The mean feature of each class learned so far.</param>
/// <param name="Drifts">How far each step moved features, the latest first.</param>
/// <param name="Activations">Stored trunk activations of some pictures of each class learned so far.</param>
/// <param name="Classes">Their classes.</param>
internal sealed record Memory(
    IReadOnlyList<float[]> Prototypes, IReadOnlyList<FeatureDrift> Drifts, IReadOnlyList<CnnFeatures> Activations, IReadOnlyList<int> Classes)
{
    public static Memory None { get; } = new([], [], [], []);
}

/// <summary>A way to learn new classes: from the present head, their pictures and classes, and what is remembered.</summary>
internal sealed record IncrementalMethod(string Name, Func<byte[], IReadOnlyList<CnnFeatures>, IReadOnlyList<int>, Memory, int, byte[]> Learn);

/// <summary>The methods that are compared.</summary>
/// <param name="Learning">The pipeline's own recipe.</param>
/// <param name="Methods">Names of those that are run; all if null.</param>
internal sealed record IncrementalRecipe(LearningOptions Learning, IReadOnlyList<string>? Methods)
{
    /// <summary>All pictures of all classes at once: the upper bound.</summary>
    public const string Joint = "joint";

    public IReadOnlyList<IncrementalMethod> Chosen()
    {
        IncrementalMethod[] all =
        [
            By("alone", _ => { }),

            // The terms that learn, without any that keep: the lower bound.
            By("finetune", options => options.Fidelity = 0),
            By("distillation+mmd", options => (options.Fidelity, options.Distillation, options.Discrepancy) = (0, 1, 1)),
            By("correlation+estimation", options => (options.Fidelity, options.Correlation, options.Estimation) = (0, 10, 10)),
            new("rehearsal", Rehearse),
            new("two-teachers", (head, pictures, classes, memory, seed) => TwoTeachers.Train(head, pictures, classes, memory, Learning, seed)),
        ];
        return Methods is null ? all : [.. Methods.Where(name => name != Joint).Select(name =>
            all.FirstOrDefault(method => method.Name == name) ?? throw new ArgumentException($"There is no method {name}."))];
    }

    /// <summary>Trains a head on pictures whose classes are known.</summary>
    public static byte[] Train(
        byte[] head, LearningImages images, IReadOnlyList<int> classes, LearningOptions options, int seed, Memory memory)
    {
        using var training = new HeadTraining(
            Heads.Sessions, head, images, EvidenceGraph.OfClasses(classes), options, seed, memory.Prototypes, memory.Drifts);
        while (!training.IsDone)
        {
            training.Advance();
        }

        return training.Head();
    }

    /// <summary>As a live collection has it: the stored activations of what was learned before take part, with their classes.</summary>
    private byte[] Rehearse(byte[] head, IReadOnlyList<CnnFeatures> pictures, IReadOnlyList<int> classes, Memory memory, int seed)
    {
        CnnFeatures[] all = [.. pictures, .. memory.Activations];
        return Train(head, Heads.Images(all, Heads.Embed(head, all)), [.. classes, .. memory.Classes], Learning, seed, memory);
    }

    private IncrementalMethod By(string name, Action<LearningOptions> change)
    {
        var options = Learning.Copy();
        change(options);
        return new(name, (head, pictures, classes, memory, seed) =>
            Train(head, Heads.Images(pictures, Heads.Embed(head, pictures)), classes, options, seed, memory));
    }
}
