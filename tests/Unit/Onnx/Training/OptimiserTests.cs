using Pipeline.Onnx.Training;
using Xunit;

namespace Pipeline.Tests.Unit.Onnx.Training;

public sealed class OptimiserTests
{
    private const int Steps = 12;
    private const int WeightCount = Regression.Inputs * Regression.Outputs;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.9, 0)]
    [InlineData(0.5, 0.1)]
    public void Descent_with_momentum_goes_the_way_of_plain_loops(double momentum, double decay)
    {
        var velocity = new double[WeightCount + Regression.Outputs];
        Compare(
            new StochasticGradientDescent { Momentum = momentum, WeightDecay = decay },
            (parameters, gradient, rate, _) =>
            {
                for (int i = 0; i < parameters.Length; i++)
                {
                    velocity[i] = (momentum * velocity[i]) + gradient[i] + (i < WeightCount ? decay * parameters[i] : 0);
                    parameters[i] -= rate * velocity[i];
                }
            });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.05)]
    public void Adam_goes_the_way_of_plain_loops(double decay)
    {
        var first = new double[WeightCount + Regression.Outputs];
        var second = new double[first.Length];
        Compare(
            new Adam { WeightDecay = decay },
            (parameters, gradient, rate, step) =>
            {
                for (int i = 0; i < parameters.Length; i++)
                {
                    first[i] = (0.9 * first[i]) + (0.1 * gradient[i]);
                    second[i] = (0.999 * second[i]) + (0.001 * gradient[i] * gradient[i]);
                    double direction = first[i] / (1 - Math.Pow(0.9, step)) / (Math.Sqrt(second[i] / (1 - Math.Pow(0.999, step))) + 1e-8);
                    parameters[i] -= rate * (direction + (i < WeightCount ? decay * parameters[i] : 0));
                }
            });
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(100)]
    public void A_gradient_is_shortened_only_where_it_is_too_long(double limit) => Compare(
        new StochasticGradientDescent { Momentum = 0, GradientNormLimit = limit },
        (parameters, gradient, rate, _) =>
        {
            double share = Math.Min(1, limit / Math.Sqrt(gradient.Sum(g => g * g)));
            for (int i = 0; i < parameters.Length; i++)
            {
                parameters[i] -= rate * share * gradient[i];
            }
        });

    [Fact]
    public void Options_outside_their_range_are_refused()
    {
        foreach (Optimiser optimiser in (Optimiser[])
            [
                new StochasticGradientDescent { Momentum = 1 }, new StochasticGradientDescent { WeightDecay = -1 },
                new Adam { FirstDecay = -0.1 }, new Adam { SecondDecay = 1 }, new Adam { Epsilon = 0 }, new Adam { GradientNormLimit = 0 },
            ])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => Regression.Model(optimiser));
        }
    }

    private static void Compare(Optimiser optimiser, Action<double[], double[], double, int> move)
    {
        using var session = new TrainingSession(OnnxFixture.Sessions, Regression.Model(optimiser));
        double[] parameters = [.. Regression.Weights.Concat(Regression.Biases).Select(value => (double)value)];
        for (int step = 1; step <= Steps; step++)
        {
            int rows = 3 + (step % 4);
            double rate = 0.1 / step;
            (double loss, double[] gradient) = Regression.Plain(parameters, rows, step);
            using TrainingBatch batch = Regression.Batch(rows, step);

            IReadOnlyDictionary<string, float> reported = session.Step(batch, rate);

            Assert.Equal(loss, reported[TrainingGraph.Loss], 1e-5);
            Assert.Equal(Math.Sqrt(gradient.Sum(g => g * g)), reported[TrainingGraph.GradientNorm], 1e-5);
            move(parameters, gradient, rate, step);
        }

        IReadOnlyDictionary<string, float[]> trained = session.Download();
        Assert.All(parameters.Zip(trained["w"].Concat(trained["b"])), pair => Assert.Equal(pair.First, pair.Second, 2e-5));
    }
}
