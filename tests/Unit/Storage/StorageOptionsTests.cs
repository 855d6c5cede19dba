using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Storage;

public sealed class StorageOptionsTests
{
    [Fact]
    public async Task The_stores_come_from_configuration_and_are_probed()
    {
        using var folder = new TemporaryFolder();
        await using var services = Build(
            ("Storage:Blobs:Root", folder.File("b")), ("Storage:State:Path", folder.File("s.db")));
        foreach (var validator in services.GetServices<IStartupValidator>())
        {
            validator.Validate();
        }

        var probes = services.GetServices<IStorageProbe>().ToList();
        Assert.Equal(["blobs", "state"], probes.Select(p => p.Name));
        foreach (var probe in probes)
        {
            await probe.ProbeAsync(default);
        }

        Assert.IsType<SqliteStateStore>(services.GetRequiredService<IStateStore>());
        Assert.NotNull(services.GetRequiredService<ArtifactStore>());
    }

    [Fact]
    public async Task Redis_is_chosen_by_configuration()
    {
        await using var services = Build(("Storage:State:Provider", "redis"), ("Storage:State:ConnectionString", "127.0.0.1:1"));
        Assert.IsType<RedisStateStore>(services.GetRequiredService<IStateStore>());
    }

    [Theory]
    [InlineData("Storage:State:Provider", "Redis")]
    [InlineData("Storage:State:Provider", "7")]
    [InlineData("Storage:State:Path", " ")]
    [InlineData("Storage:State:Timeout", "00:00:00")]
    [InlineData("Storage:State:Timeout", "00:05:00")]
    [InlineData("Storage:Blobs:Root", "")]
    public async Task Settings_that_cannot_work_stop_the_start(string key, string value)
    {
        await using var services = Build((key, value));
        Assert.ThrowsAny<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());
    }

    private static ServiceProvider Build(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build();
        return new ServiceCollection().AddLogging().AddPipelineStorage(configuration).AddPipelineStorage(configuration).BuildServiceProvider();
    }
}
