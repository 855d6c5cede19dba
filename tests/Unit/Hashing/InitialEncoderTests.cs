using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Hashing;
using Pipeline.Onnx;
using Xunit;

namespace Pipeline.Tests.Unit.Hashing;

/// <summary>The encoder that collections begin with, as configuration names it.</summary>
public sealed class InitialEncoderTests
{
    [Fact]
    public void A_model_is_taken_whose_hash_is_what_is_expected()
    {
        using var model = new ModelOnDisk();
        using var services = Services(("ModelPath", model.Path), ("Sha256", ModelFiles.Sha256(model.Content)));
        Assert.Equal("hash-" + ModelFiles.Sha256(model.Content)[..12], services.GetRequiredService<HashEncoder>().Version);
    }

    [Fact]
    public void A_model_with_another_hash_than_is_expected_is_refused()
    {
        using var model = new ModelOnDisk();
        using var services = Services(("ModelPath", model.Path), ("Sha256", new string('0', 64)));
        var refused = Assert.Throws<InvalidDataException>(services.GetRequiredService<HashEncoder>);
        Assert.Contains(ModelFiles.Sha256(model.Content), refused.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Random_hyperplanes_with_another_hash_than_is_expected_are_refused()
    {
        using var services = Services(("Sha256", new string('0', 64)));
        Assert.Throws<InvalidDataException>(services.GetRequiredService<HashEncoder>);
    }

    [Theory]
    [InlineData("Bits", "20")]
    [InlineData("Bits", "8")]
    [InlineData("Bits", "264")]
    [InlineData("Sha256", "0123")]
    [InlineData("ModelPath", "/nowhere/encoder.onnx")]
    public void Settings_that_no_encoder_can_have_are_refused_by_name(string name, string value)
    {
        using var services = Services((name, value));
        var refused = Assert.Throws<OptionsValidationException>(services.GetRequiredService<HashEncoder>);
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }

    private static ServiceProvider Services(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>($"{HashEncoderOptions.SectionName}:{setting.Name}", setting.Value)))
            .Build();
        return new ServiceCollection()
            .AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance)
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddHashEncoder(configuration)
            .BuildServiceProvider();
    }

    private sealed class ModelOnDisk : IDisposable
    {
        public ModelOnDisk() => File.WriteAllBytes(Path, Content);

        public byte[] Content { get; } = new RandomHyperplanes(4, 16).BuildModel();

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }
}
