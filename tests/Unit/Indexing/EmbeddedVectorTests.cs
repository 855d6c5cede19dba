using Xunit;

namespace Pipeline.Tests.Unit.Indexing;

/// <summary>Embedded vectors come into the index, and stay there as long as what they were made of.</summary>
public sealed class EmbeddedVectorTests : WordsTest
{
    [Fact]
    public async Task A_new_payload_keeps_words_and_embedded_vector()
    {
        await ServeAsync("v1");
        await WordsAsync("v1", 4);
        await EmbedAsync("v1");

        await LiveAsync(Image, name: "another name");

        var point = await PointAsync();
        Assert.Contains("another name", point!.Payload.ExternalIds);
        Assert.Equal([4u], Words(point));
        Assert.Equal([1u], Embedded(point));
    }

    [Fact]
    public async Task An_embedded_vector_that_is_late_is_ignored()
    {
        await ServeAsync("v1");
        await EmbedAsync("v1", life: 2);
        await EmbedAsync("v0");
        await EmbedAsync("v1", model: "another");
        await EmbedAsync("v1", image: Guid.NewGuid());
        Assert.Null(Embedded(await PointAsync()));

        await EmbedAsync(vocabulary: null);
        Assert.NotNull(Embedded(await PointAsync()));

        await DeleteAsync(1);
        await LiveAsync(Image, life: 2);
        Assert.Null(Embedded(await PointAsync()));
    }

    [Fact]
    public async Task Of_embedded_vectors_the_latest_made_stays_in_whatever_order_they_come()
    {
        await ServeAsync("v1");
        await EmbedAsync("v1", entry: 2, second: 20);
        await EmbedAsync("v1", entry: 1, second: 10);
        Assert.Equal([2u], Embedded(await PointAsync()));

        await LiveAsync(Image, name: "another name");
        await EmbedAsync("v1", entry: 1, second: 10);
        Assert.Equal([2u], Embedded(await PointAsync()));

        await EmbedAsync("v1", entry: 3, second: 30);
        Assert.Equal([3u], Embedded(await PointAsync()));
    }
}
