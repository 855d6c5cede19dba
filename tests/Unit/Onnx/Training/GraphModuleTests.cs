using Pipeline.Onnx.Graphs;
using Pipeline.Onnx.Training;
using Xunit;

namespace Pipeline.Tests.Unit.Onnx.Training;

public sealed class GraphModuleTests
{
    [Fact]
    public void Applications_share_their_weights_and_add_up_their_gradients()
    {
        // Loss = Σ w·a + Σ w·b, so the gradient of w is a + b.
        var graph = new TrainingGraph("twins");
        GraphModule module = graph.Module(Product(), "m", ["w"]);
        string a = graph.Input("a", OnnxElementType.Float, 2), b = graph.Input("b", OnnxElementType.Float, 2);
        string loss = graph.Math.Add(
            graph.Math.Sum(module.Apply(("x", a))["y"]), graph.Math.Sum(module.Apply(("x", b))["y"]));
        using var session = new TrainingSession(
            OnnxFixture.Sessions, graph.Build(loss, new StochasticGradientDescent { Momentum = 0 }));
        using TrainingBatch batch = new TrainingBatch().Add("a", [1f, 2f], 2).Add("b", [10f, 20f], 2);

        session.Step(batch, 1);

        Assert.Equal([5 - 11, 7 - 22], session.Download()["m/w"]);
        byte[] trained = module.WithParameters(session.Download());
        Assert.Equal(
            OnnxGraphEditor.WithInitializers(Product(), new Dictionary<string, float[]> { ["w"] = [-6, -15] }), trained);
    }

    [Fact]
    public void Statistics_of_normalisations_are_no_parameters()
    {
        IReadOnlyList<string> trainable = GraphModule.TrainableInitializers(Tail.Model);
        Assert.Contains("features.12.1.weight", trainable);
        Assert.Contains("features.12.1.bias", trainable);
        Assert.DoesNotContain("features.12.1.running_mean", trainable);
        Assert.DoesNotContain("features.12.1.running_var", trainable);
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        var graph = new TrainingGraph("g");
        Assert.Contains("v", Assert.Throws<InvalidDataException>(() => graph.Module(Product(), "m", ["v"])).Message, StringComparison.Ordinal);
        GraphModule module = graph.Module(Product(), "n", ["w"]);
        string z = graph.Input("z", OnnxElementType.Float, 2);
        Assert.Contains("x", Assert.Throws<ArgumentException>(() => module.Apply()).Message, StringComparison.Ordinal);
        Assert.Contains("z", Assert.Throws<ArgumentException>(() => module.Apply(("z", z))).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => graph.Module(new byte[] { 9, 9, 9 }, "o", []));
    }

    [Fact]
    public void A_model_of_a_newer_operator_set_is_refused()
    {
        var newer = new OnnxGraphBuilder("newer", opset: 20);
        newer.Output(newer.Node("Relu", "y", [newer.Input("x", OnnxElementType.Float, 1)]), OnnxElementType.Float, 1);
        var error = Assert.Throws<InvalidDataException>(() => new TrainingGraph("g").Module(newer.Build(), "m", []));
        Assert.Contains("20", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Product()
    {
        var graph = new OnnxGraphBuilder("product");
        string y = graph.Node("Mul", "y", [graph.Input("x", OnnxElementType.Float, 2), graph.Constant("w", [5f, 7f], 2)]);
        graph.Output(y, OnnxElementType.Float, 2);
        return graph.Build();
    }
}
