using Pipeline.Onnx.Graphs;
using Pipeline.Onnx.Training;

namespace Pipeline.Tests.Unit.Onnx.Training;

/// <summary>A small problem: y ≈ x·W + b in the mean square.</summary>
internal static class Regression
{
    public const int Inputs = 3;
    public const int Outputs = 2;

    public static float[] Weights { get; } = [0.5f, -0.25f, 1, 0.75f, -0.5f, 0.1f];

    public static float[] Biases { get; } = [0.2f, -0.3f];

    public static TrainingModel Model(Optimiser optimiser)
    {
        var graph = new TrainingGraph("regression");
        GraphMath math = graph.Math;
        string x = graph.Input("x", OnnxElementType.Float, "N", Inputs), y = graph.Input("y", OnnxElementType.Float, "N", Outputs);
        string weights = graph.Parameter("w", Weights, Inputs, Outputs), biases = graph.Parameter("b", Biases, Outputs);
        string error = math.Subtract(math.Add(math.MatrixProduct(x, weights), biases), y);
        string loss = math.Scale(math.Mean(math.Sum(math.Square(error), keep: false, 1)), 0.5);
        return graph.Build(loss, optimiser, new Dictionary<string, string> { ["worst"] = math.Graph.Node("ReduceMax", null, [math.Abs(error)]) });
    }

    public static (float[] X, float[] Y) Draw(int rows, int seed)
    {
        var random = new Random(seed);
        float[] Uniform(int count) => [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];
        return (Uniform(rows * Inputs), Uniform(rows * Outputs));
    }

    public static TrainingBatch Batch(int rows, int seed)
    {
        (float[] x, float[] y) = Draw(rows, seed);
        return new TrainingBatch().Add("x", x, rows, Inputs).Add("y", y, rows, Outputs);
    }

    /// <summary>Loss and gradient of weights and biases, one after the other, in plain loops.</summary>
    public static (double Loss, double[] Gradient) Plain(double[] parameters, int rows, int seed)
    {
        (float[] x, float[] y) = Draw(rows, seed);
        var gradient = new double[parameters.Length];
        double loss = 0;
        for (int row = 0; row < rows; row++)
        {
            for (int j = 0; j < Outputs; j++)
            {
                double error = parameters[(Inputs * Outputs) + j] - y[(row * Outputs) + j];
                for (int i = 0; i < Inputs; i++)
                {
                    error += x[(row * Inputs) + i] * parameters[(i * Outputs) + j];
                }

                loss += error * error / 2 / rows;
                gradient[(Inputs * Outputs) + j] += error / rows;
                for (int i = 0; i < Inputs; i++)
                {
                    gradient[(i * Outputs) + j] += error * x[(row * Inputs) + i] / rows;
                }
            }
        }

        return (loss, gradient);
    }
}
