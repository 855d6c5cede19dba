using Pipeline.Learning;
using Pipeline.Learning.Synthesis;
using Pipeline.Onnx;

namespace Pipeline.Tests.Evaluation.Updating;

/// <summary>
/// Learns new classes from two teachers (Chen, thesis ch. 7): the present head, frozen, on inputs of old classes synthesised from its
/// statistics, and a head that knows the new classes alone, on their pictures.
/// </summary>
internal static class TwoTeachers
{
    public static byte[] Train(byte[] head, IReadOnlyList<CnnFeatures> pictures, IReadOnlyList<int> classes, Memory memory, LearningOptions options, int seed)
    {
        var specialist = IncrementalRecipe.Train(
            head, Heads.Images(pictures, Heads.Embed(head, pictures)), classes, options, seed, memory);
        var (inputs, classOf) = new InputSynthesis(Heads.Sessions, new SynthesisOptions())
            .Synthesise(head, "trunk", pictures[0].TrunkShape, memory.Prototypes, seed);
        CnnFeatures[] rehearsed =
        [
            .. inputs.Select(values => new CnnFeatures(
                new float[1], values.Select(value => (Half)Math.Clamp(value, (float)Half.MinValue, (float)Half.MaxValue)).ToArray(), pictures[0].TrunkShape)),
        ];
        var images = Heads.Images([.. pictures, .. rehearsed], [.. Heads.Embed(specialist, pictures), .. Heads.Embed(head, rehearsed)]);

        // Rehearsed classes get numbers after those of the pictures.
        var next = classes.Max() + 1;
        return IncrementalRecipe.Train(head, images, [.. classes, .. classOf.Select(one => next + one)], options, seed, memory);
    }
}
