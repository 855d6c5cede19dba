using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Learning;
using Pipeline.Learning.Gate;
using Pipeline.Learning.Synthesis;
using Pipeline.ModelUpdating;
using Xunit;

namespace Pipeline.Tests.Unit.ModelUpdating;

public sealed class OptionsTests
{
    [Theory]
    [InlineData("MinNewPairs", "0")]
    [InlineData("MinImages", "1")]
    [InlineData("MaxImages", "3")]
    [InlineData("NoReindexAbove", "0.1")]
    [InlineData("Timeout", "01:00:00")]
    [InlineData("CheckpointInterval", "00:00:00")]
    [InlineData("Learning:Rate", "0")]
    [InlineData("Learning:Distillation", "-1")]
    [InlineData("Learning:Specialist", "-1")]
    [InlineData("Learning:Rehearsal", "1001")]
    [InlineData("Synthesis:PerClass", "0")]
    [InlineData("Synthesis:MaxInputs", "0")]
    [InlineData("Synthesis:Unclassed", "1")]
    [InlineData("Synthesis:Rate", "0")]
    [InlineData("Gate:HeldOutShare", "1")]
    public async Task A_setting_out_of_bounds_is_refused(string key, string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create($"ModelUpdating:{key}", (string?)value)]).Build();
        await using var services = new ServiceCollection().AddModelUpdating(configuration).BuildServiceProvider();
        Assert.Throws<OptionsValidationException>(() => (
            services.GetRequiredService<IOptions<ModelUpdatingOptions>>().Value,
            services.GetRequiredService<IOptions<LearningOptions>>().Value,
            services.GetRequiredService<IOptions<SynthesisOptions>>().Value,
            services.GetRequiredService<IOptions<GateOptions>>().Value));
    }
}
