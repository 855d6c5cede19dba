using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Hashing;
using Pipeline.Onnx;
using Xunit;

namespace Pipeline.Tests.Unit.Onnx;

public sealed class BackboneModelTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void The_artifact_is_read_once_for_all_who_use_it()
    {
        File.WriteAllBytes(_file, OnnxFixture.DefaultBackbone);
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Onnx:Backbone:ModelPath"] = _file, ["Onnx:Provider"] = "Cpu" }).Build();
        using var services = new ServiceCollection().AddLogging().AddBackbone(configuration).AddHashEncoder(configuration).BuildServiceProvider();
        Assert.Equal(OnnxFixture.DefaultBackbone, services.GetRequiredService<BackboneModel>().Artifact.ToArray());

        // Whoever read it again would find something else.
        File.WriteAllText(_file, "no model");

        Assert.Equal("cnn-" + BackboneArtifact.DefaultSha256[..12], services.GetRequiredService<Backbone>().Version);
        Assert.Equal(services.GetRequiredService<Backbone>().Dimensions, services.GetRequiredService<HashEncoder>().Dimensions);
    }
}
