using Pipeline.Onnx.Training;
using Xunit;

namespace Pipeline.Tests.Unit.Onnx.Training;

public sealed class TrainingSessionTests
{
    public static TheoryData<Optimiser> Optimisers =>
        [new StochasticGradientDescent { WeightDecay = 1e-3 }, new Adam { WeightDecay = 1e-3, GradientNormLimit = 1 }];

    [Theory]
    [MemberData(nameof(Optimisers))]
    public void Training_that_was_resumed_gives_the_bits_of_training_that_never_stopped(Optimiser optimiser)
    {
        TrainingModel model = Regression.Model(optimiser);
        using var uninterrupted = new TrainingSession(OnnxFixture.Sessions, model);
        using var stopped = new TrainingSession(OnnxFixture.Sessions, model);
        Train(uninterrupted, 0, 20);
        Train(stopped, 0, 9);
        byte[] checkpoint = stopped.Save();
        Train(stopped, 9, 13);

        using var resumed = new TrainingSession(OnnxFixture.Sessions, Regression.Model(optimiser));
        resumed.Restore(checkpoint);
        Assert.Equal(9, resumed.Steps);
        Train(resumed, 9, 20);

        Assert.Equal(uninterrupted.Save(), resumed.Save());
        stopped.Restore(checkpoint);
        Assert.Equal(checkpoint, stopped.Save());
    }

    [Fact]
    public void A_checkpoint_that_is_damaged_or_of_another_training_is_refused()
    {
        using var session = new TrainingSession(OnnxFixture.Sessions, Regression.Model(new Adam()));
        Train(session, 0, 2);
        byte[] checkpoint = session.Save();
        for (int at = 0; at < checkpoint.Length; at += 7)
        {
            byte[] damaged = (byte[])checkpoint.Clone();
            damaged[at] ^= 0x10;
            Assert.Throws<InvalidDataException>(() => session.Restore(damaged));
            Assert.Throws<InvalidDataException>(() => session.Restore(checkpoint.AsSpan(0, at)));
        }

        using var other = new TrainingSession(OnnxFixture.Sessions, Regression.Model(new StochasticGradientDescent()));
        Assert.Throws<InvalidDataException>(() => other.Restore(checkpoint));
        Assert.Equal(checkpoint, session.Save());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_loss_that_is_not_finite_leaves_the_parameters_as_they_were(float bad)
    {
        using var session = new TrainingSession(OnnxFixture.Sessions, Regression.Model(new Adam()));
        Train(session, 0, 3);
        byte[] before = session.Save();
        (float[] x, float[] y) = Regression.Draw(4, 1);
        x[5] = bad;
        using TrainingBatch batch = new TrainingBatch().Add("x", x, 4, Regression.Inputs).Add("y", y, 4, Regression.Outputs);

        var error = Assert.Throws<NotFiniteLossException>(() => session.Step(batch, 0.1));

        Assert.Equal((TrainingGraph.Loss, 4), (error.What, error.Step));
        Assert.Equal(before, session.Save());
        Train(session, 3, 5);
        Assert.Equal(5, session.Steps);
    }

    [Fact]
    public void Parameters_that_a_step_would_make_infinite_are_not_taken()
    {
        using var session = new TrainingSession(OnnxFixture.Sessions, Regression.Model(new StochasticGradientDescent()));
        using TrainingBatch batch = Regression.Batch(4, 1);
        byte[] before = session.Save();

        var error = Assert.Throws<NotFiniteLossException>(() => session.Step(batch, 1e300));

        Assert.Equal("parameters", error.What);
        Assert.Equal(before, session.Save());
    }

    [Fact]
    public void Evaluation_reports_the_losses_and_moves_nothing()
    {
        using var session = new TrainingSession(OnnxFixture.Sessions, Regression.Model(new Adam()));
        Train(session, 0, 2);
        byte[] before = session.Save();
        using TrainingBatch batch = Regression.Batch(5, 3);

        IReadOnlyDictionary<string, float> evaluated = session.Evaluate(batch);

        Assert.Equal(before, session.Save());
        IReadOnlyDictionary<string, float> stepped = session.Step(batch, 0);
        Assert.Equal([TrainingGraph.Loss, "worst"], evaluated.Keys);
        Assert.All(evaluated, report => Assert.Equal(stepped[report.Key], report.Value, 1e-6f));
    }

    [Fact]
    public void A_batch_that_does_not_fit_is_refused_by_name()
    {
        using var session = new TrainingSession(OnnxFixture.Sessions, Regression.Model(new Adam()));
        using TrainingBatch missing = new TrainingBatch().Add("x", [1, 2, 3], 1, 3);
        using TrainingBatch surplus = Regression.Batch(2, 1).Add("z", [1L], 1);
        using TrainingBatch misshapen = new TrainingBatch().Add("x", [1, 2, 3, 4], 1, 4).Add("y", [1, 2], 1, 2);

        Assert.Contains("y", Assert.Throws<ArgumentException>(() => session.Step(missing, 0.1)).Message, StringComparison.Ordinal);
        Assert.Contains("z", Assert.Throws<ArgumentException>(() => session.Step(surplus, 0.1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => session.Step(misshapen, 0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Step(surplus, double.NaN));
        Assert.Equal(0, session.Steps);
    }

    private static void Train(TrainingSession session, int from, int to)
    {
        for (int step = from; step < to; step++)
        {
            using TrainingBatch batch = Regression.Batch(4 + (step % 3), step);
            session.Step(batch, 0.05);
        }
    }
}
