using Pipeline.Learning.Evidence;
using Pipeline.Learning.Gate;
using Pipeline.Learning.Losses;
using Pipeline.Onnx;
using Pipeline.Onnx.Training;

namespace Pipeline.Learning;

/// <summary>
/// One update of a head: keeps some evidence back, learns from the rest, and judges the trained head by what was kept back. The head that is
/// judged is the one that serves; nothing is trained after the verdict.
/// </summary>
/// <param name="sessions">Makes the sessions.</param>
/// <param name="learning">The recipe.</param>
/// <param name="gate">What the head must show.</param>
public sealed class HeadUpdater(OnnxSessionFactory sessions, LearningOptions learning, GateOptions gate)
{
    /// <summary>Images that say how far features moved; more say the same.</summary>
    private const int MostMeasured = 1000;

    /// <summary>Updates.</summary>
    /// <param name="head">The present head.</param>
    /// <param name="images">The images.</param>
    /// <param name="evidence">What belongs together among them: at least two subjects.</param>
    /// <param name="known">Pairs that both feature spaces knew, which the head must not forget; some of them may be evidence too.</param>
    /// <param name="seed">What is kept back and what batches are drawn.</param>
    /// <param name="earlier">The drift of each update before, the latest first; for the estimation of earlier models only.</param>
    /// <param name="checkpoint">Of an earlier attempt at the same update, to go on from.</param>
    /// <param name="afterStep">Called after every step.</param>
    /// <param name="ct">Cancels between two steps.</param>
    /// <exception cref="ArgumentException">There is too little evidence.</exception>
    /// <exception cref="InvalidDataException">The head or the checkpoint is damaged, or of another update.</exception>
    /// <exception cref="NotFiniteLossException">The training left the finite numbers.</exception>
    /// <exception cref="UnsupportedOperatorException">The head has an operator that cannot be trained; its name is in the message.</exception>
    public async Task<UpdateResult> RunAsync(
        ReadOnlyMemory<byte> head,
        LearningImages images,
        EvidenceGraph evidence,
        IReadOnlyCollection<EvidencePair> known,
        int seed,
        IReadOnlyList<FeatureDrift>? earlier = null,
        ReadOnlyMemory<byte>? checkpoint = null,
        Func<UpdateStep, CancellationToken, ValueTask>? afterStep = null,
        CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(evidence);
        var (learned, heldOut) = evidence.HoldOut(gate.HeldOutShare, seed);
        if (heldOut.Count == 0 || learned.PairCount == 0)
        {
            throw new ArgumentException($"{evidence.PairCount} pairs of one thing are too little to learn from and to judge by.", nameof(evidence));
        }

        var (trained, steps) = await TrainAsync(head, images, learned, seed, earlier, checkpoint, afterStep, ct);
        using var now = new CnnHead(trained, sessions);
        var after = now.Embed(images.Trunks);
        return new UpdateResult(
            trained,
            new UpdateGate(gate).Judge(images.Teacher, [.. after.Select(row => row ?? new float[images.Dimensions])], heldOut, known),
            learned.PairCount,
            heldOut.Count,
            steps,
            Drift(images.Teacher, after));
    }

    private static FeatureDrift? Drift(IReadOnlyList<float[]> before, float[]?[] after)
    {
        int[] measured = [.. Enumerable.Range(0, after.Length).Where(image => after[image] is not null).Take(MostMeasured)];
        return measured.Length > 0 ? FeatureDrift.Between([.. measured.Select(image => before[image])], [.. measured.Select(image => after[image]!)]) : null;
    }

    private async Task<(byte[] Head, int Steps)> TrainAsync(
        ReadOnlyMemory<byte> head,
        LearningImages images,
        EvidenceGraph learned,
        int seed,
        IReadOnlyList<FeatureDrift>? earlier,
        ReadOnlyMemory<byte>? checkpoint,
        Func<UpdateStep, CancellationToken, ValueTask>? afterStep,
        CancellationToken ct)
    {
        using var training = new HeadTraining(sessions, head, images, learned, learning, seed, earlier: earlier);
        if (checkpoint is { } saved)
        {
            training.Restore(saved.Span);
        }

        while (!training.IsDone)
        {
            ct.ThrowIfCancellationRequested();
            var losses = training.Advance();
            if (afterStep is not null)
            {
                await afterStep(new UpdateStep(training.Step, training.Steps, losses, training.Save), ct);
            }
        }

        return (training.Head(), training.Step);
    }
}
