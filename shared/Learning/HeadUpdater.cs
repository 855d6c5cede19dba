using Pipeline.Learning.Evidence;
using Pipeline.Learning.Gate;
using Pipeline.Learning.Losses;
using Pipeline.Learning.Synthesis;
using Pipeline.Onnx;
using Pipeline.Onnx.Training;

namespace Pipeline.Learning;

/// <summary>
/// One update of a head: keeps some evidence back, learns from the rest, and judges the trained head by what was kept back. The head that is
/// judged is the one that serves; nothing is trained after the verdict.
/// </summary>
/// <param name="sessions">Makes the sessions.</param>
/// <param name="learning">The recipe.</param>
/// <param name="synthesis">How inputs of what was learned before are synthesised, where the recipe rehearses them.</param>
/// <param name="gate">What the head must show.</param>
public sealed class HeadUpdater(OnnxSessionFactory sessions, LearningOptions learning, SynthesisOptions synthesis, GateOptions gate)
{
    /// <summary>Images that say how far features moved; more say the same.</summary>
    private const int MostMeasured = 1000;

    /// <summary>Updates.</summary>
    /// <param name="material">What from; evidence of at least two subjects.</param>
    /// <param name="known">Pairs that both feature spaces knew, which the head must not forget; some of them may be evidence too.</param>
    /// <param name="learnedBefore">
    /// Subjects of the evidence, by <see cref="EvidenceGraph.Subject"/>, that the present head has learned. A recipe that rehearses takes synthesised inputs in
    /// place of their images; others learn from them again.
    /// </param>
    /// <param name="checkpoint">Of an earlier attempt at the same update, to go on from.</param>
    /// <param name="afterStep">Called after every step.</param>
    /// <param name="ct">Cancels between two steps.</param>
    /// <exception cref="ArgumentException">There is too little evidence, or head and recipe do not go together.</exception>
    /// <exception cref="InvalidDataException">The head or the checkpoint is damaged, or of another update.</exception>
    /// <exception cref="NotFiniteLossException">The training left the finite numbers.</exception>
    /// <exception cref="UnsupportedOperatorException">The head has an operator that cannot be trained; its name is in the message.</exception>
    public async Task<UpdateResult> RunAsync(
        UpdateMaterial material,
        IReadOnlyCollection<EvidencePair> known,
        IReadOnlySet<int>? learnedBefore = null,
        ReadOnlyMemory<byte>? checkpoint = null,
        Func<UpdateStep, CancellationToken, ValueTask>? afterStep = null,
        CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(material);
        var (images, evidence) = (material.Images, material.Evidence);
        var replaced = learning.Rehearsal > 0 && learnedBefore is { Count: > 0 } ? learnedBefore : null;
        var (learned, heldOut) = evidence.HoldOut(gate.HeldOutShare, material.Seed, replaced);
        var lesson = Lesson(material, learned, replaced);
        if (heldOut.Count == 0 || lesson.Evidence.PairCount == 0)
        {
            throw new ArgumentException($"{evidence.PairCount} pairs of one thing are too little to learn from and to judge by.", nameof(material));
        }

        var trained = await new HeadLearning(sessions, learning, synthesis).RunAsync(lesson, checkpoint, afterStep, ct);
        using var now = new CnnHead(trained.Head, sessions);
        var after = now.Embed(images.Trunks);
        return new UpdateResult(
            trained.Head,
            new UpdateGate(gate).Judge(images.Teacher, [.. after.Select(row => row ?? new float[images.Dimensions])], heldOut, known),
            lesson.Evidence.PairCount,
            heldOut,
            trained.Steps,
            trained.Synthesised,
            Drift(images.Teacher, after));
    }

    /// <summary>What is learned from: all images, or without those that synthesised inputs stand for.</summary>
    private UpdateMaterial Lesson(UpdateMaterial material, EvidenceGraph learned, IReadOnlySet<int>? replaced)
    {
        if (replaced is null)
        {
            return material with { Evidence = learned };
        }

        var split = Enumerable.Range(0, learned.Count).ToLookup(image => replaced.Contains(learned.Subject(image)));
        int[] kept = [.. split[false]], left = [.. split[true]];
        return kept.Length == 0
            ? material with { Evidence = EvidenceGraph.OfPairs(learned.Count, []) }
            : material with
            {
                Images = material.Images.Among(kept),
                Evidence = learned.Among(kept),
                Remembered = SubjectPrototypes.Of(learned.Among(left), [.. left.Select(image => material.Images.Teacher[image])], synthesis.MaxInputs),
            };
    }

    private static FeatureDrift? Drift(IReadOnlyList<float[]> before, float[]?[] after)
    {
        int[] measured = [.. Enumerable.Range(0, after.Length).Where(image => after[image] is not null).Take(MostMeasured)];
        return measured.Length > 0 ? FeatureDrift.Between([.. measured.Select(image => before[image])], [.. measured.Select(image => after[image]!)]) : null;
    }
}
