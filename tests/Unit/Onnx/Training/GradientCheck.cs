using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Pipeline.Onnx.Graphs;
using Pipeline.Onnx.Training;
using Xunit;

namespace Pipeline.Tests.Unit.Onnx.Training;

/// <summary>Holds gradients against central finite differences of the forward graph, run in the same precision.</summary>
internal sealed record GradientCheck
{
    public OnnxElementType Type { get; init; } = OnnxElementType.Double;

    /// <summary>Half the distance of the two points of a difference.</summary>
    public double Epsilon { get; init; } = 1e-5;

    /// <summary>Of the larger of 1 and the difference.</summary>
    public double Tolerance { get; init; } = 1e-7;

    /// <summary>Inputs whose sizes the graph is told; the others are free, so that shapes decide when it runs.</summary>
    public Func<int, bool> Fixed { get; init; } = _ => true;

    /// <summary>Brings random numbers, uniform in −1..1, to where the function is smooth.</summary>
    public Func<double, double> Draw { get; init; } = x => x;

    /// <summary>In float, for functions that are linear in each input: the step may be large.</summary>
    public static GradientCheck LinearInFloat { get; } = new() { Type = OnnxElementType.Float, Epsilon = 0.25, Tolerance = 2e-4 };

    /// <summary>In float, for curved functions.</summary>
    public static GradientCheck CurvedInFloat { get; } = new() { Type = OnnxElementType.Float, Epsilon = 4e-3, Tolerance = 4e-3 };

    public void Run(Func<GraphMath, string[], string> function, int seed, params long[][] shapes)
    {
        var random = new Random(seed);
        var graph = new OnnxGraphBuilder("check");
        var math = new GraphMath(graph, Type);
        string[] inputs = [.. shapes.Select((shape, i) => graph.Input(
            $"p{i}", Type, [.. shape.Select((size, axis) => Fixed(i) ? (OnnxDimension)size : $"p{i}_{axis}")]))];
        string output = function(math, inputs);

        // The loss weighs every output differently: (0.3 + sin of its position)·y.
        string positions = math.Cast(math.Node("Range", graph.Constant("zero", [0L]), math.Node("Size", output), graph.Constant("one", [1L])));
        string weights = Type == OnnxElementType.Double
            ? math.Cast(graph.Node("Sin", null, [graph.Node("Cast", null, [positions], OnnxAttribute.Of("to", 1L))]))
            : math.Node("Sin", positions);
        string loss = graph.Node("Identity", "loss", [math.Sum(math.Multiply(output, math.ReshapeLike(math.Offset(weights, 0.3), output)))]);
        IReadOnlyDictionary<string, string> gradients = Gradients.Of(graph, loss, inputs);
        graph.OutputOfAnyShape(loss, Type);
        foreach (string input in inputs)
        {
            graph.OutputOfAnyShape(gradients[input], Type);
        }

        double[][] values = [.. shapes.Select(shape => Enumerable
            .Range(0, (int)shape.Aggregate(1L, (product, size) => product * size)).Select(_ => Draw((2 * random.NextDouble()) - 1)).ToArray())];
        using InferenceSession session = OnnxFixture.Sessions.Create(graph.Build());
        double[][] all = Compute(session, inputs, values, shapes, [loss, .. inputs.Select(input => gradients[input])]);
        for (int p = 0; p < inputs.Length; p++)
        {
            Assert.Equal(values[p].Length, all[p + 1].Length);
            int[] some = [.. Enumerable.Range(0, values[p].Length)];
            random.Shuffle(some);
            foreach (int i in some.Take(24))
            {
                double there = values[p][i];
                values[p][i] = there + Epsilon;
                double above = Compute(session, inputs, values, shapes, [loss])[0][0];
                values[p][i] = there - Epsilon;
                double below = Compute(session, inputs, values, shapes, [loss])[0][0];
                values[p][i] = there;
                double expected = (above - below) / (2 * Epsilon);
                double error = Math.Abs(expected - all[p + 1][i]) / Math.Max(1, Math.Abs(expected));
                Assert.True(error <= Tolerance, $"{inputs[p]}[{i}]: {all[p + 1][i]:R}, by differences {expected:R}");
            }
        }
    }

    private double[][] Compute(InferenceSession session, string[] names, double[][] values, long[][] shapes, string[] outputs)
    {
        using var run = new RunOptions();
        OrtValue[] inputs = [.. values.Select((value, i) => Type == OnnxElementType.Double
            ? OrtValue.CreateTensorValueFromMemory((double[])value.Clone(), shapes[i])
            : OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(value, x => (float)x), shapes[i]))];
        try
        {
            using var results = session.Run(run, names, inputs, outputs);
            return [.. results.Select(result => result.GetTensorTypeAndShape().ElementDataType == TensorElementType.Double
                ? result.GetTensorDataAsSpan<double>().ToArray()
                : Array.ConvertAll(result.GetTensorDataAsSpan<float>().ToArray(), x => (double)x))];
        }
        finally
        {
            foreach (OrtValue input in inputs)
            {
                input.Dispose();
            }
        }
    }
}
