using Pipeline.Onnx.Graphs;
using Pipeline.Onnx.Training;

namespace Pipeline.Tests.Unit.Onnx.Training;

/// <summary>The default backbone's tail trained on pairs: α‖f1 − f2‖² + ‖f1 − f~1‖² + ‖f2 − f~2‖², f~ of a frozen copy.</summary>
internal static class Tail
{
    public const int TrunkLength = 96 * 7 * 7;

    public static byte[] Model { get; } = OnnxGraphEditor.Extract(OnnxFixture.DefaultBackbone, ["trunk"], ["embedding"]);

    public static (TrainingModel Step, GraphModule Student) Pairs(Optimiser optimiser)
    {
        var graph = new TrainingGraph("pairs");
        GraphMath math = graph.Math;
        GraphModule student = graph.Module(Model, "tail", GraphModule.TrainableInitializers(Model));
        GraphModule teacher = graph.Module(Model, "teacher", []);
        string first = graph.Input("first", OnnxElementType.Float, "N", 96, 7, 7), second = graph.Input("second", OnnxElementType.Float, "N", 96, 7, 7);
        string Feature(GraphModule module, string trunk) => math.NormaliseRows(module.Apply(("trunk", trunk))["embedding"]);
        (string f1, string f2) = (Feature(student, first), Feature(student, second));
        string similarity = math.Mean(math.RowDistances(f1, f2));
        string fidelity = math.Add(
            math.Mean(math.RowDistances(f1, Feature(teacher, first))), math.Mean(math.RowDistances(f2, Feature(teacher, second))));
        string loss = math.WeightedSum((2, similarity), (1, fidelity));
        return (graph.Build(loss, optimiser, new Dictionary<string, string> { ["similarity"] = similarity, ["fidelity"] = fidelity }), student);
    }

    public static TrainingBatch Batch(int pairs, int seed)
    {
        var random = new Random(seed);
        float[] Trunks() => [.. Enumerable.Range(0, pairs * TrunkLength).Select(_ => (6 * random.NextSingle()) - 3)];
        return new TrainingBatch().Add("first", Trunks(), pairs, 96, 7, 7).Add("second", Trunks(), pairs, 96, 7, 7);
    }
}
