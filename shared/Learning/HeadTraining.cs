using System.Numerics.Tensors;
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
    private readonly LearningImages _images;
    private readonly EvidenceGraph _evidence;
    private readonly LearningOptions _options;
    private readonly float[][] _prototypes;
    private readonly FeatureDrift[] _earlier;
    private readonly int _seed;
    private readonly EvidenceBatches _batches;
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

        (_images, _evidence, _options, _seed) = (images, evidence, options, seed);
        _prototypes = options.Distillation > 0 ? prototypes is { Count: > 0 } ? [.. prototypes] : SubjectPrototypes.Of(evidence, images.Teacher) : [];
        _earlier = options.Estimation > 0 ? [.. earlier ?? []] : [];
        _batches = new EvidenceBatches(evidence, options, seed);
        Steps = _batches.Steps;
        (var step, _head) = UpdateLoss.Build(head, images, options, _prototypes.Length > 0, _earlier.Length);
        Losses = step.Losses;
        _session = new TrainingSession(sessions, step);
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
        using var batch = Batch(_batches.At(Step));
        return _session.Step(batch, _options.Rate * 0.5 * (1 + Math.Cos(Math.PI * Step / Steps)));
    }

    /// <summary>The head as it is now: the first one with the trained weights.</summary>
    public byte[] Head() => _head.WithParameters(_session.Download());

    /// <summary>Everything that the training goes on from.</summary>
    public byte[] Save() => _session.Save();

    /// <summary>Goes on where <see cref="Save"/> left off.</summary>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or of another training.</exception>
    public void Restore(ReadOnlySpan<byte> checkpoint) => _session.Restore(checkpoint);

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private TrainingBatch Batch(int[] places)
    {
        var count = places.Length;
        var trunks = new float[count * _images.TrunkLength];
        var teacher = new float[count * _images.Dimensions];
        var positive = new float[count * count];
        var negative = new float[count * count];
        for (var i = 0; i < count; i++)
        {
            TensorPrimitives.ConvertToSingle(_images.Trunks[places[i]].Span, trunks.AsSpan(i * _images.TrunkLength));
            _images.Teacher[places[i]].CopyTo(teacher.AsSpan(i * _images.Dimensions));
            for (var j = 0; j < count; j++)
            {
                positive[(i * count) + j] = _evidence.IsPair(places[i], places[j]) ? 1 : 0;
                negative[(i * count) + j] = _evidence.Subject(places[i]) == _evidence.Subject(places[j]) ? 0 : 1;
            }
        }

        var batch = new TrainingBatch()
            .Add(UpdateLoss.Trunk, trunks, [count, .. _images.TrunkShape.Select(size => (long)size)])
            .Add(UpdateLoss.Teacher, teacher, count, _images.Dimensions)
            .Add(UpdateLoss.Positive, positive, count, count)
            .Add(UpdateLoss.Negative, negative, count, count);
        Teachers(batch, places);
        if (_prototypes.Length > 0)
        {
            batch.Add(UpdateLoss.Prototypes, [.. _prototypes.SelectMany(row => row)], _prototypes.Length, _images.Dimensions);
        }

        for (var model = 1; model <= _earlier.Length; model++)
        {
            batch.Add(UpdateLoss.Earlier(model), Estimates(teacher, model), count, _images.Dimensions);
        }

        return batch;
    }

    /// <summary>Whose feature the student is to give: where an input is synthesised, the first teacher's, and else the second one's.</summary>
    private void Teachers(TrainingBatch batch, int[] places)
    {
        if (_options.Specialist > 0 && _images.Specialist is { } specialist)
        {
            batch.Add(UpdateLoss.Specialist, [.. places.SelectMany(place => specialist[place])], places.Length, _images.Dimensions);
        }

        if (_images.Synthesised > 0)
        {
            var real = _images.Count - _images.Synthesised;
            batch.Add(UpdateLoss.Synthesised, [.. places.Select(place => place < real ? 0f : 1f)], places.Length, 1);
        }
    }

    /// <summary>Each drift on top of those after it.</summary>
    private float[] Estimates(float[] teacher, int model)
    {
        var random = new Random(unchecked((_seed * 1_000_003) + (Step * 31) + model));
        var rows = teacher.ToArray();
        for (var at = 0; at < rows.Length; at += _images.Dimensions)
        {
            var row = rows.AsSpan(at, _images.Dimensions);
            foreach (var drift in _earlier[..model])
            {
                drift.Estimate(row, random, row);
            }
        }

        return rows;
    }
}
