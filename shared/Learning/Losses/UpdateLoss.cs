using Pipeline.Onnx.Graphs;
using Pipeline.Onnx.Training;

namespace Pipeline.Learning.Losses;

/// <summary>Writes the training step of a head: the head, the terms that the options weigh, and the optimiser.</summary>
/// <remarks>
/// Inputs of a step on B images: <c>trunk</c> float [B, …], <c>teacher</c> float [B, D], <c>positive</c> and <c>negative</c> float [B, B], <c>prototypes</c>
/// float [K, D] where classes are remembered, <c>earlier_1</c> … float [B, D] where earlier models are estimated, <c>specialist</c> float [B, D] where
/// there is a second teacher, and <c>synthesised</c> float [B, 1] where some inputs are synthesised.
/// </remarks>
internal static class UpdateLoss
{
    public const string Trunk = "trunk";
    public const string Teacher = "teacher";
    public const string Positive = "positive";
    public const string Negative = "negative";
    public const string Prototypes = "prototypes";
    public const string Specialist = "specialist";
    public const string Synthesised = "synthesised";

    /// <summary>Estimated features of the model so many before the present one, 1 the one next to it.</summary>
    public static string Earlier(int model) => $"earlier_{model}";

    /// <summary>The head's input and output.</summary>
    private const string Embedding = "embedding";

    /// <exception cref="UnsupportedOperatorException">The head has an operator without a gradient rule.</exception>
    /// <exception cref="InvalidDataException">The model is damaged or is no head.</exception>
    /// <exception cref="ArgumentException">No term has a weight.</exception>
    public static (TrainingModel Step, GraphModule Head) Build(
        ReadOnlyMemory<byte> head, LearningImages images, LearningOptions options, bool remembers, int earlier)
    {
        var dimensions = images.Dimensions;
        var graph = new TrainingGraph("head_update_step");
        string trunk = graph.Input(Trunk, OnnxElementType.Float, ["B", .. images.TrunkShape.Select(size => (OnnxDimension)size)]);
        string teacher = graph.Input(Teacher, OnnxElementType.Float, "B", dimensions);
        string positive = graph.Input(Positive, OnnxElementType.Float, "B", "B");
        string negative = graph.Input(Negative, OnnxElementType.Float, "B", "B");
        string? prototypes = remembers ? graph.Input(Prototypes, OnnxElementType.Float, "K", dimensions) : null;
        string? specialist = options.Specialist > 0 && images.Specialist is not null ? graph.Input(Specialist, OnnxElementType.Float, "B", dimensions) : null;
        string? synthesised = images.Synthesised > 0 ? graph.Input(Synthesised, OnnxElementType.Float, "B", 1) : null;
        GraphModule module = graph.Module(head, "head", GraphModule.TrainableInitializers(head));
        string embedding = module.Apply((Trunk, trunk)).GetValueOrDefault(Embedding)
            ?? throw new InvalidDataException($"The head has no output {Embedding}.");
        string features = graph.Math.NormaliseRows(graph.Math.Reshape(embedding, -1, dimensions));
        var terms = Terms(graph, new LossInputs(graph.Math, features, teacher, positive, negative, prototypes, specialist, synthesised), dimensions, options, earlier);
        string loss = graph.Math.WeightedSum([.. terms.Select(term => (term.Weight, term.Value))]);
        var optimiser = new Adam { GradientNormLimit = options.GradientNormLimit };
        return (graph.Build(loss, optimiser, terms.ToDictionary(term => term.Name, term => term.Value)), module);
    }

    private static List<(string Name, double Weight, string Value)> Terms(TrainingGraph graph, LossInputs x, int dimensions, LearningOptions options, int earlier)
    {
        (string Name, double Weight, Func<string> Write)[] all =
        [
            ("similarity", options.Similarity, () => PairLoss.Similarity(x)),
            ("fidelity", options.Fidelity, () => PairLoss.Fidelity(x)),
            ("contrast", options.Contrast, () => ContrastLoss.Build(x, options.ContrastTemperature)),
            ("correlation", options.Correlation, () => CorrelationDistillation.Build(x, options.CorrelationTemperature)),
            ("estimation", earlier > 0 ? options.Estimation : 0, () => x.Math.WeightedSum([.. Enumerable.Range(1, earlier).Select(model => (
                Math.Pow(2, -model),
                CorrelationDistillation.Build(x, graph.Input(Earlier(model), OnnxElementType.Float, "B", dimensions), options.CorrelationTemperature)))])),
            ("discrepancy", options.Discrepancy, () => MeanDiscrepancy.Build(x)),
            ("distillation", options.Distillation, () => KnowledgeDistillation.Build(x, options.DistillationTemperature)),
            ("specialist", x.Specialist is null ? 0 : options.Specialist, () => TeacherLoss.Specialist(x)),
            ("rehearsal", x.Synthesised is null ? 0 : options.Rehearsal, () => TeacherLoss.Rehearsal(x)),
        ];
        List<(string, double, string)> terms = [.. all.Where(term => term.Weight > 0).Select(term => (term.Name, term.Weight, term.Write()))];
        return terms.Count > 0 ? terms : throw new ArgumentException("No term of the loss has a weight.", nameof(options));
    }
}
