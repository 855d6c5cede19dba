using Microsoft.ML.OnnxRuntime;
using Pipeline.Onnx.Training;
using Xunit;

namespace Pipeline.Tests.Unit.Onnx.Training;

public sealed class TailTrainingTests
{
    [Fact]
    public void The_gradient_of_the_whole_tail_is_that_of_finite_differences()
    {
        (TrainingModel step, GraphModule tail) = Tail.Pairs(new StochasticGradientDescent { Momentum = 0 });
        using var session = new TrainingSession(OnnxFixture.Sessions, step);
        using TrainingBatch batch = Tail.Batch(2, 1);
        IReadOnlyDictionary<string, float[]> before = session.Download();
        session.Step(batch, 1);
        IReadOnlyDictionary<string, float[]> after = session.Download();

        // Along the gradient g of one tensor the loss changes by ‖g‖² a unit, enough to be seen in single precision.
        foreach (string name in tail.Parameters.Values)
        {
            double[] gradient = [.. before[name].Zip(after[name], (a, b) => (double)a - b)];
            double square = gradient.Sum(g => g * g);
            double span = 4e-5 / Math.Sqrt(square) * Math.Sqrt(before[name].Sum(value => (double)value * value) + 10);
            double Loss(double along)
            {
                float[] moved = [.. before[name].Zip(gradient, (value, g) => (float)(value + (along * g)))];
                float[] all = [.. step.Parameters.SelectMany(parameter => parameter.Name == name ? moved : before[parameter.Name])];
                session.Restore(TrainingCheckpoint.Write(step, 0, [all, new float[all.Length]]));
                return session.Evaluate(batch)[TrainingGraph.Loss];
            }

            double slope = (Loss(span) - Loss(-span)) / (2 * span);
            Assert.True(Math.Abs(slope - square) <= 0.02 * square + 1e-9, $"{name}: {square:R}, by differences {slope:R}");
        }
    }

    [Fact]
    public void Training_brings_the_loss_down_and_the_new_tail_runs_in_the_old_one_s_place()
    {
        (TrainingModel step, GraphModule tail) = Tail.Pairs(new Adam());
        using var session = new TrainingSession(OnnxFixture.Sessions, step);
        using TrainingBatch batch = Tail.Batch(3, 2);
        float before = session.Evaluate(batch)[TrainingGraph.Loss];
        for (int i = 0; i < 5; i++)
        {
            session.Step(batch, 1e-4);
        }

        Assert.InRange(session.Evaluate(batch)[TrainingGraph.Loss], 0, 0.9f * before);
        byte[] trained = tail.WithParameters(session.Download());
        Assert.Equal(Tail.Model.Length, trained.Length);
        Assert.NotEqual(Tail.Model, trained);
        using InferenceSession inference = OnnxFixture.Sessions.Create(trained);
        Assert.Equal(["trunk"], inference.InputNames);
        Assert.Equal(["embedding"], inference.OutputNames);
        using var untrained = new TrainingSession(OnnxFixture.Sessions, step);
        Assert.Equal(Tail.Model, tail.WithParameters(untrained.Download()));
    }

    [Fact]
    public void The_same_training_gives_the_same_bits_on_any_number_of_threads()
    {
        byte[] Train(int threads)
        {
            using var session = new TrainingSession(OnnxFixture.Sessions, Tail.Pairs(new Adam()).Step, threads);
            for (int i = 0; i < 2; i++)
            {
                using TrainingBatch batch = Tail.Batch(4, i);
                session.Step(batch, 1e-4);
            }

            return session.Save();
        }

        byte[] once = Train(1);
        Assert.Equal(once, Train(1));
        Assert.Equal(once, Train(2));
        Assert.Equal(once, Train(3));
    }
}
