using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using Pipeline.Onnx;
using Pipeline.Onnx.Graphs;
using Pipeline.Onnx.Training;

namespace Pipeline.Tests.Benchmarks.Update;

/// <summary>How long a training step of a tail takes beside the tail's forward pass; medians in milliseconds.</summary>
/// <param name="Inference">The tail as a model to run, its weights constant and so folded and packed.</param>
/// <param name="Forward">The loss in the training graph, without gradients.</param>
/// <param name="Step">Forward, backward and Adam.</param>
internal sealed record TailTrainingSpeed(double Inference, double Forward, double Step)
{
    /// <summary>Step / forward.</summary>
    public double Ratio => Step / Forward;

    /// <summary>Measures the tail from <c>trunk</c> to <c>embedding</c> on one batch, the rows drawn to one another in pairs.</summary>
    /// <param name="sessions">On the provider to be measured.</param>
    /// <param name="backbone">The whole model.</param>
    /// <param name="trunk">Shape of the trunk's activation without the batch, such as [96, 7, 7].</param>
    /// <param name="batch">Rows, an even number.</param>
    /// <param name="repetitions">Runs of each that are timed, after two that are not.</param>
    public static TailTrainingSpeed Measure(
        OnnxSessionFactory sessions, ReadOnlyMemory<byte> backbone, long[] trunk, int batch = 32, int repetitions = 15)
    {
        byte[] tail = OnnxGraphEditor.Extract(backbone, ["trunk"], ["embedding"]);
        long[] shape = [batch, .. trunk];
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (product, size) => product * size)).Select(_ => (4 * random.NextSingle()) - 2)];

        using InferenceSession inference = sessions.Create(tail, intraOpThreads: 0);
        using var run = new RunOptions();
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(values, shape);
        double alone = Median(repetitions, () => inference.Run(run, ["trunk"], [input], ["embedding"]).Dispose());

        using var session = new TrainingSession(sessions, Pairs(tail, trunk));
        using TrainingBatch rows = new TrainingBatch().Add("trunk", values, shape);
        return new TailTrainingSpeed(
            alone,
            Median(repetitions, () => session.Evaluate(rows)),
            Median(repetitions, () => session.Step(rows, 1e-5)));
    }

    private static TrainingModel Pairs(byte[] tail, long[] trunk)
    {
        var graph = new TrainingGraph("speed");
        string input = graph.Input("trunk", OnnxElementType.Float, ["N", .. trunk.Select(size => (OnnxDimension)size)]);
        GraphModule module = graph.Module(tail, "tail", GraphModule.TrainableInitializers(tail));
        string features = graph.Math.NormaliseRows(module.Apply(("trunk", input))["embedding"]);
        string first = graph.Math.Slice(features, 0, 0, long.MaxValue, 2), second = graph.Math.Slice(features, 0, 1, long.MaxValue, 2);
        return graph.Build(graph.Math.Mean(graph.Math.RowDistances(first, second)), new Adam());
    }

    private static double Median(int repetitions, Action action)
    {
        action();
        action();
        var times = new double[repetitions];
        for (int i = 0; i < repetitions; i++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        return times[repetitions / 2];
    }
}
