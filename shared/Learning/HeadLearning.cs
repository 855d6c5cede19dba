using Pipeline.Learning.Evidence;
using Pipeline.Learning.Phases;
using Pipeline.Learning.Synthesis;
using Pipeline.Onnx;
using Pipeline.Onnx.Training;

namespace Pipeline.Learning;

/// <summary>
/// Learns a head from material, in as many phases as the recipe asks for: a specialist that learns freely, the synthesis of inputs that stand for
/// what the present head learned before, and the training of the head itself, which these two teach (Chen, thesis ch. 7). The same material
/// and options give the same head on one machine, also if the learning is broken off in any phase and taken up again.
/// </summary>
/// <param name="sessions">Makes the sessions.</param>
/// <param name="learning">The recipe.</param>
/// <param name="synthesis">How inputs are synthesised.</param>
public sealed class HeadLearning(OnnxSessionFactory sessions, LearningOptions learning, SynthesisOptions synthesis)
{
    private readonly string[] _phases =
    [
        .. learning.Specialist > 0 ? (string[])[UpdatePhases.Specialist] : [],
        .. learning.Rehearsal > 0 ? (string[])[UpdatePhases.Synthesis] : [],
        UpdatePhases.Training,
    ];

    /// <summary>Learns.</summary>
    /// <param name="material">What from.</param>
    /// <param name="checkpoint">Of an earlier attempt with the same material, to go on from.</param>
    /// <param name="afterStep">Called after every step.</param>
    /// <param name="ct">Cancels between two steps.</param>
    /// <exception cref="ArgumentException">There are no pairs, or head and recipe do not go together.</exception>
    /// <exception cref="InvalidDataException">The head or the checkpoint is damaged, or of other material.</exception>
    /// <exception cref="NotFiniteLossException">A phase left the finite numbers.</exception>
    /// <exception cref="UnsupportedOperatorException">The head has an operator that cannot be trained; its name is in the message.</exception>
    public async Task<LearnedHead> RunAsync(
        UpdateMaterial material, ReadOnlyMemory<byte>? checkpoint = null, Func<UpdateStep, CancellationToken, ValueTask>? afterStep = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(material);
        var begun = checkpoint is { } stored ? UpdateCheckpoint.Read(stored.Span) : new UpdateCheckpoint(_phases[0], new PhaseProducts(), []);
        var products = begun.Products;
        var first = Array.IndexOf(_phases, begun.Phase);
        if (first < 0)
        {
            throw new InvalidDataException($"The checkpoint is in the phase {begun.Phase}, which the recipe does not have.");
        }

        var before = _phases[..first].Sum(name => StepsOf(name, material));
        for (var i = first; ; i++)
        {
            var name = _phases[i];
            using var phase = Begin(name, material, products);
            if (i == first && checkpoint is not null)
            {
                phase.Restore(begun.State);
            }

            var steps = before + phase.Steps + _phases[(i + 1)..].Sum(later => StepsOf(later, material));
            var saved = products;
            while (phase.Step < phase.Steps)
            {
                ct.ThrowIfCancellationRequested();
                var losses = phase.Advance();
                if (afterStep is not null)
                {
                    await afterStep(new UpdateStep(name, phase.Step, before + phase.Step, steps, losses, () => new UpdateCheckpoint(name, saved, phase.Save()).Write()), ct);
                }
            }

            before += phase.Steps;
            switch (phase)
            {
                case InputSynthesis inputs:
                    products = products with { Inputs = inputs.Inputs() };
                    break;
                case HeadTraining specialist when name == UpdatePhases.Specialist:
                    products = products with { Specialist = specialist.Head() };
                    break;
                case HeadTraining student:
                    return new LearnedHead(student.Head(), before, products.Inputs?.Count ?? 0);
            }
        }
    }

    private int StepsOf(string phase, UpdateMaterial material) => phase switch
    {
        UpdatePhases.Synthesis => synthesis.Steps,
        UpdatePhases.Specialist => EvidenceBatches.StepsOf(material.Images.Count, learning),
        _ => EvidenceBatches.StepsOf(material.Images.Count + (learning.Rehearsal > 0 ? synthesis.ClassOf(material.Remembered.Count).Length : 0), learning),
    };

    private IUpdatePhase Begin(string phase, UpdateMaterial material, PhaseProducts products) => phase switch
    {
        UpdatePhases.Synthesis => new InputSynthesis(
            sessions, material.Head, CnnHead.Input, material.Images.TrunkShape, material.Remembered, synthesis, material.Seed),
        UpdatePhases.Specialist => new HeadTraining(sessions, material.Head, material.Images, material.Evidence, learning.Free(), material.Seed),
        _ => Student(material, products),
    };

    private HeadTraining Student(UpdateMaterial material, PhaseProducts products)
    {
        var (images, evidence) = (material.Images, material.Evidence);
        if (products != new PhaseProducts())
        {
            var inputs = products.Inputs ?? new SynthesisedInputs([], []);
            images = images.With(
                products.Specialist is { } specialist ? Embed(specialist, images.Trunks) : null, inputs.Trunks, Embed(material.Head, inputs.Trunks));
            evidence = evidence.And(inputs.ClassOf);
        }

        return new HeadTraining(sessions, material.Head, images, evidence, learning, material.Seed, material.Remembered, material.Earlier);
    }

    /// <exception cref="ArgumentException">The head makes nothing of one of them.</exception>
    private float[][] Embed(ReadOnlyMemory<byte> head, IReadOnlyList<ReadOnlyMemory<Half>> trunks)
    {
        using var opened = new CnnHead(head, sessions);
        return [.. opened.Embed(trunks).Select(row => row ?? throw new ArgumentException("A teacher gives no direction for one of its inputs.", nameof(trunks)))];
    }
}

/// <summary>What a learning came to.</summary>
/// <param name="Head">The head, a serialised ONNX model.</param>
/// <param name="Steps">Steps taken, in all phases.</param>
/// <param name="Synthesised">Synthesised inputs that it learned from beside the images.</param>
public sealed record LearnedHead(byte[] Head, int Steps, int Synthesised);
