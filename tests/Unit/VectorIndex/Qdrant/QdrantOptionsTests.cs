using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Storage;
using Pipeline.VectorIndex;
using Pipeline.VectorIndex.Qdrant;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex.Qdrant;

public sealed class QdrantOptionsTests
{
    [Fact]
    public async Task The_configuration_chooses_qdrant_and_neighbours_are_searched_then()
    {
        await using var provider = Provider(("Index:Qdrant:Url", "https://qdrant.example:6333"), ("Index:Qdrant:ApiKey", "secret"));

        Assert.IsType<QdrantVectorIndex>(provider.GetRequiredService<IVectorIndex>());
        Assert.IsType<SearchedNeighbours>(provider.GetRequiredService<INeighbourGraphIndex>());
        Assert.Same(provider.GetRequiredService<IVectorIndex>(), Assert.Single(provider.GetServices<IStorageProbe>()));
    }

    [Theory]
    [InlineData("http://127.0.0.1:6333")]
    [InlineData("http://localhost:6333")]
    [InlineData("https://10.1.2.3:6333")]
    public async Task A_key_may_go_to_this_machine_or_by_tls(string url)
    {
        await using var provider = Provider(("Index:Qdrant:Url", url), ("Index:Qdrant:ApiKey", "secret"));
        Assert.Equal("secret", provider.GetRequiredService<IOptions<QdrantOptions>>().Value.ApiKey);
    }

    [Fact]
    public async Task A_key_goes_in_the_clear_only_where_that_is_allowed()
    {
        (string, string)[] settings = [("Index:Qdrant:Url", "http://qdrant:6333"), ("Index:Qdrant:ApiKey", "secret")];
        await using var refused = Provider(settings);
        Assert.Contains("in the clear", Assert.Throws<OptionsValidationException>(() => refused.GetRequiredService<IVectorIndex>()).Message, StringComparison.Ordinal);

        await using var allowed = Provider([.. settings, ("Index:Qdrant:AllowInsecureKey", "true")]);
        Assert.NotNull(allowed.GetRequiredService<IVectorIndex>());
    }

    [Theory]
    [InlineData("Url", "ftp://127.0.0.1")]
    [InlineData("Url", "http://user:password@127.0.0.1:6333")]
    [InlineData("ApiKey", "two\nlines")]
    [InlineData("Prefix", "a/b")]
    [InlineData("Timeout", "00:00:00")]
    [InlineData("BatchSize", "0")]
    [InlineData("Retries", "-1")]
    [InlineData("ReadConsistency", "some")]
    [InlineData("Shards", "-1")]
    public async Task What_cannot_be_is_refused_by_the_name_of_the_setting(string setting, string value)
    {
        await using var provider = Provider(($"Index:Qdrant:{setting}", value));
        Assert.Contains(setting, Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IVectorIndex>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_replicas_than_there_are_cannot_have_a_write()
    {
        await using var provider = Provider(("Index:Qdrant:Replicas", "2"), ("Index:Qdrant:WriteConsistency", "3"));
        Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IVectorIndex>());
    }

    private static ServiceProvider Provider(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Append(("Index:Provider", "Qdrant")).Select(s => KeyValuePair.Create(s.Item1, (string?)s.Item2)))
            .Build();
        return new ServiceCollection().AddLogging().AddVectorIndex(configuration).BuildServiceProvider();
    }
}
