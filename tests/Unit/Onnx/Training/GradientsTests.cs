using Pipeline.Onnx.Graphs;
using Pipeline.Onnx.Training;
using Xunit;

namespace Pipeline.Tests.Unit.Onnx.Training;

public sealed class GradientsTests
{
    [Fact]
    public void An_operator_without_a_rule_is_named_with_its_node()
    {
        var graph = new TrainingGraph("g");
        string w = graph.Parameter("w", new float[] { 1, 2 }, 2);
        string rounded = graph.Graph.Node("Round", "steps", [w]);

        var error = Assert.Throws<UnsupportedOperatorException>(() => graph.Build(graph.Math.Sum(rounded), new Adam()));

        Assert.Equal(("Round", "steps"), (error.OperatorType, error.Node));
    }

    [Fact]
    public void An_operator_without_a_rule_does_no_harm_on_branches_that_lead_to_no_parameter()
    {
        var graph = new OnnxGraphBuilder("g");
        var math = new GraphMath(graph);
        string w = graph.Input("w", OnnxElementType.Float, 2), x = graph.Input("x", OnnxElementType.Float, 2);
        string branch = math.Node("Round", math.Square(x));
        string unused = math.Node("Round", w);
        int before = graph.Graph.Node.Count;

        Gradients.Of(graph, math.Sum(math.Multiply(w, branch)), [w]);

        Assert.NotEmpty(unused);
        // The sum, then the gradient of 1 in the loss's shape (2), spread (2) and multiplied.
        Assert.InRange(graph.Graph.Node.Count - before, 1, 8);
    }

    [Fact]
    public void No_gradient_passes_where_it_is_stopped() =>
        // d(x·stop(x)) = stop(x), which differences, seeing 2x, would not give.
        Assert.Throws<Xunit.Sdk.TrueException>(() => new GradientCheck().Run((math, p) => math.Multiply(p[0], math.StopGradient(p[0])), seed: 1, [3]));

    [Fact]
    public void A_parameter_without_influence_has_a_gradient_of_zeros()
    {
        var graph = new TrainingGraph("g");
        string w = graph.Parameter("w", new float[] { 3 }, 1);
        graph.Parameter("idle", new float[] { 1, 2 }, 2);
        TrainingModel model = graph.Build(graph.Math.Sum(graph.Math.Square(w)), new StochasticGradientDescent { Momentum = 0 });
        using var session = new TrainingSession(OnnxFixture.Sessions, model);
        using var nothing = new TrainingBatch();

        session.Step(nothing, 0.25);

        Assert.Equal([1, 2], session.Download()["idle"]);
        Assert.Equal([1.5f], session.Download()["w"]);
    }

    [Fact]
    public void A_loss_of_several_numbers_is_refused()
    {
        var graph = new TrainingGraph("g");
        string w = graph.Parameter("w", new float[] { 1, 2 }, 2);
        Assert.Throws<ArgumentException>(() => graph.Build(graph.Math.Square(w), new Adam()));
    }
}
