using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Onnx;
using Xunit;

namespace Pipeline.Tests.Unit.Onnx;

public sealed class OnnxSessionFactoryTests
{
    [Fact]
    public void Auto_takes_the_gpu_or_falls_back_with_one_warning()
    {
        var log = new RecordingLogger();
        var sessions = new OnnxSessionFactory(Options.Create(new OnnxOptions()), log);
        using (sessions.Create(OnnxFixture.RootOfMeans()))
        using (sessions.Create(OnnxFixture.RootOfMeans()))
        {
            int warnings = log.Lines.Count(line => line.Level == LogLevel.Warning);
            Assert.Equal(sessions.ActiveProvider == OnnxProvider.Cpu ? 1 : 0, warnings);
        }
    }

    [Theory]
    [InlineData(OnnxProvider.Cuda)]
    [InlineData(OnnxProvider.TensorRt)]
    public void A_provider_asked_for_by_name_is_met_or_refused(OnnxProvider provider)
    {
        OnnxSessionFactory? sessions = null;
        Exception? error = Record.Exception(
            () => sessions = new OnnxSessionFactory(Options.Create(new OnnxOptions { Provider = provider }), new RecordingLogger()));

        if (error is null)
        {
            Assert.Equal(provider, sessions!.ActiveProvider);
        }
        else
        {
            Assert.Contains($"Onnx:Provider is {provider}", Assert.IsType<OnnxProviderUnavailableException>(error).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Wrong_options_stop_the_host_from_starting()
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Onnx:Backbone:Mean:0"] = "0.5",
                ["Onnx:Backbone:Sha256"] = "xyz",
                ["Onnx:Backbone:ModelPath"] = "/no/such/model.onnx",
            })
            .Build();
        using ServiceProvider services = new ServiceCollection().AddLogging().AddBackbone(configuration).BuildServiceProvider();

        var error = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<BackboneOptions>>().Value);

        Assert.Contains("Mean", error.Message, StringComparison.Ordinal);
        Assert.Contains("Sha256", error.Message, StringComparison.Ordinal);
        Assert.Contains("/no/such/model.onnx", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Registration_gives_one_working_backbone()
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Onnx:Provider"] = "Cpu" })
            .Build();
        await using ServiceProvider services = new ServiceCollection()
            .AddLogging()
            .AddBackbone(configuration)
            .AddBackbone(configuration)
            .BuildServiceProvider();

        var backbone = services.GetRequiredService<Backbone>();
        CnnFeatures features = await services.GetRequiredService<FeatureBatcher>()
            .ExtractAsync(OnnxFixture.Picture(backbone.InputSize, 1), CancellationToken.None);

        Assert.Equal(backbone.Dimensions, features.Embedding.Length);
        Assert.Single(services.GetServices<Backbone>());
    }

    private sealed class RecordingLogger : ILogger<OnnxSessionFactory>
    {
        public ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue((logLevel, formatter(state, exception)));
    }
}
