using Pipeline.Learning;
using Pipeline.Learning.Evidence;
using Pipeline.Learning.Synthesis;
using Pipeline.Onnx;

namespace Pipeline.Tests.Evaluation.Updating;

/// <summary>Learns new classes from two teachers, as an update does whose recipe rehearses: of old classes there are their mean features alone.</summary>
internal static class TwoTeachers
{
    /// <summary>The recipe with both teachers' losses, unless it has a weight for one of them.</summary>
    public static LearningOptions Recipe(LearningOptions learning)
    {
        var options = learning.Copy();
        if (options.Specialist + options.Rehearsal == 0)
        {
            (options.Specialist, options.Rehearsal) = (1, 4);
        }

        return options;
    }

    public static byte[] Train(byte[] head, IReadOnlyList<CnnFeatures> pictures, IReadOnlyList<int> classes, Memory memory, LearningOptions options, int seed)
    {
        var material = new UpdateMaterial(head, Heads.Images(pictures, Heads.Embed(head, pictures)), EvidenceGraph.OfClasses(classes), seed)
        {
            Remembered = memory.Prototypes,
            Earlier = memory.Drifts,
        };
        return new HeadLearning(Heads.Sessions, Recipe(options), new SynthesisOptions()).RunAsync(material).GetAwaiter().GetResult().Head;
    }
}
