using Pipeline.Learning.Evidence;
using Pipeline.Learning.Losses;
using Pipeline.Learning.Phases;
using Pipeline.Onnx;
using Pipeline.Onnx.Training;

namespace Pipeline.Learning;

/// <summary>
/// Trains a head step by step, on the device of the sessions. The same head, images, evidence, options and seed give the same head on one
/// machine, also if the training is saved and taken up again.
/// </summary>
public sealed class HeadTraining : IUpdatePhase
{
    private readonly LearningOptions _options;
    private readonly HeadBatch _batch;
    private readonly GraphModule _head;
    private readonly TrainingSession _session;

    /// <summary>Prepares a training.</summary>
    /// <param name="sessions">Makes the session.</param>
    /// <param name="head">The present head: the first parameters.</param>
    /// <param name="images">What it learns from.</param>
    /// <param name="evidence">What belongs together among them.</param>
    /// <param name="options">The recipe.</param>
    /// <param name="seed">What the batches are drawn with.</param>
    /// <param name="prototypes">
    /// What is remembered of classes that were learned before and are not among the images: the mean feature of each under the present head, rows
    /// of length 1. For knowledge distillation only; without them, the subjects of the evidence are the classes.
    /// </param>
    /// <param name="earlier">
    /// The drift of each step of learning before, the latest first; needed for the estimation of earlier models only.
    /// </param>
    /// <exception cref="ArgumentException">There are no pairs, or evidence and images differ in number.</exception>
    /// <exception cref="InvalidDataException">The head is damaged, or takes other activations.</exception>
    /// <exception cref="UnsupportedOperatorException">The head has an operator that cannot be trained; its name is in the message.</exception>
    public HeadTraining(
        OnnxSessionFactory sessions,
        ReadOnlyMemory<byte> head,
        LearningImages images,
        EvidenceGraph evidence,
        LearningOptions options,
        int seed,
        IReadOnlyList<float[]>? prototypes = null,
        IReadOnlyList<FeatureDrift>? earlier = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(options);
        if (evidence.Count != images.Count || evidence.PairCount == 0)
        {
            throw new ArgumentException(
                $"There are {images.Count} images, and evidence of {evidence.PairCount} pairs among {evidence.Count}; without pairs nothing can be learned.", nameof(evidence));
        }

        _options = options;
        float[][] remembered = options.Distillation > 0 ? prototypes is { Count: > 0 } ? [.. prototypes] : SubjectPrototypes.Of(evidence, images.Teacher) : [];
        FeatureDrift[] estimated = options.Estimation > 0 ? [.. earlier ?? []] : [];
        var batches = new EvidenceBatches(evidence, options, seed);
        Steps = batches.Steps;
        (var step, _head) = UpdateLoss.Build(head, images, options, remembered.Length > 0, estimated.Length);
        Losses = step.Losses;
        _session = new TrainingSession(sessions, step);
        _batch = new HeadBatch(images, evidence, batches, remembered, options.Specialist > 0 && images.Specialist is not null, estimated, seed);
    }

    /// <summary>Names of what a step reports: the whole loss, the gradient's length, and each term without its weight.</summary>
    public IReadOnlyList<string> Losses { get; }

    /// <summary>Steps of the whole training.</summary>
    public int Steps { get; }

    /// <summary>Steps taken.</summary>
    public int Step => (int)_session.Steps;

    /// <summary>Whether all steps were taken.</summary>
    public bool IsDone => Step >= Steps;

    /// <summary>Takes the next step.</summary>
    /// <returns>The losses before it.</returns>
    /// <exception cref="NotFiniteLossException">A loss or a parameter is not finite; the step is not taken.</exception>
    public IReadOnlyDictionary<string, float> Advance()
    {
        return _session.Step(_batch.At(Step), _options.Rate * 0.5 * (1 + Math.Cos(Math.PI * Step / Steps)));
    }

    /// <summary>The head as it is now: the first one with the trained weights.</summary>
    public byte[] Head() => _head.WithParameters(_session.Download());

    /// <summary>Everything that the training goes on from.</summary>
    public byte[] Save() => _session.Save();

    /// <summary>Goes on where <see cref="Save"/> left off.</summary>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or of another training.</exception>
    public void Restore(ReadOnlySpan<byte> checkpoint) => _session.Restore(checkpoint);

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Dispose();
        _batch.Dispose();
    }
}
