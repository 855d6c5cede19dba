using Pipeline.Catalog;
using Pipeline.ModelUpdating.Training;
using Xunit;

namespace Pipeline.Tests.Unit.ModelUpdating;

public sealed class LossHistoryTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(200)]
    [InlineData(201)]
    [InlineData(12_345)]
    public void Many_steps_become_few_points_each_the_mean_of_its_steps(int steps)
    {
        var curve = Run(new LossHistory(), 1, steps).ToCurve();
        Assert.InRange(curve.Steps.Count, Math.Min(steps, 100), LossCurve.MaxPoints);
        var stride = curve.Steps[0];
        Assert.Equal(Enumerable.Range(1, curve.Steps.Count).Select(i => i * stride), curve.Steps);
        Assert.True(curve.Steps[^1] > steps - stride);
        Assert.Equal(curve.Steps.Select(step => step - ((stride - 1) / 2f)), curve.Terms["loss"]);
    }

    [Theory]
    [InlineData(50, 31)]
    [InlineData(1000, 777)]
    public void A_training_that_goes_on_notes_no_step_twice(int before, int from)
    {
        var curve = Run(LossHistory.From(Run(new LossHistory(), 1, before).ToCurve(), from), from, before).ToCurve();
        Assert.Equal(curve.Steps.Distinct().Order(), curve.Steps);
        Assert.Equal(Run(new LossHistory(), 1, before).ToCurve().Steps, curve.Steps);
        Assert.Equal(curve.Steps.Count, curve.Terms["loss"].Count);
    }

    private static LossHistory Run(LossHistory history, int from, int to)
    {
        for (var step = from; step <= to; step++)
        {
            history.Add(step, new Dictionary<string, float> { ["loss"] = step });
        }

        return history;
    }
}
