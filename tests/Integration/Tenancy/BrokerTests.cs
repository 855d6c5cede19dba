using Microsoft.Extensions.DependencyInjection;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Contracts.Events;
using Pipeline.Messaging;
using Pipeline.Tests.Integration.Pipelines;
using Pipeline.Tests.Support;
using Xunit;

namespace Pipeline.Tests.Integration.Tenancy;

/// <summary>A collection's end while its uploads are under way, on the real broker with the state in Redis.</summary>
[Collection(SharedServers.Pipelines)]
public sealed class BrokerTests(SharedServers servers) : IAsyncLifetime
{
    private const string Collection = TestPipeline.Collection;
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly string _prefix = RedisServer.NewKeyPrefix();
    private TestPipeline _pipeline = null!;
    private string _redis = "";

    public async Task InitializeAsync()
    {
        _redis = (await servers.RedisAsync()).ConnectionString;
        _pipeline = await TestPipeline.StartAsync(
            await servers.RabbitMqAsync(),
            ("Messaging:RedeliveryDelay", "00:00:01"),
            ("Storage:State:Provider", "Redis"),
            ("Storage:State:ConnectionString", _redis),
            ("Storage:State:KeyPrefix", _prefix),
            ("Index:Deletion:Interval", "00:00:00.2"),
            ("Index:Deletion:Settle", "00:00:02"));
    }

    public async Task DisposeAsync() => await _pipeline.DisposeAsync();

    [Fact]
    public async Task A_collection_that_is_deleted_under_load_leaves_nothing_in_stores_and_queues()
    {
        await using var ends = await _pipeline.TapAsync<CollectionDeleted>();
        var uploads = new List<Guid>();
        for (var i = 0; i < 24; i++)
        {
            uploads.Add(await _pipeline.UploadAsync(new { bytes = Pictures.Unique() }));
        }

        var image = await _pipeline.FinishedAsync(uploads[0]);
        await _pipeline.SendAsync(new DeleteCollection { Collection = Collection, CorrelationId = Guid.NewGuid() });
        await Eventually.TrueAsync(() => ends.Messages.Count > 0, Node.Patience, () => "The collection's end");
        await SendLateAsync(image);
        await _pipeline.SendAsync(new TrainVocabulary { Collection = Collection, CorrelationId = Guid.NewGuid() });
        await _pipeline.QuietAsync();

        Assert.Single(ends.Messages);
        Assert.Empty(await TracesAsync(image));
        Assert.DoesNotContain(await _pipeline.VirtualHost.ListQueuesAsync(None), queue => queue.Name.EndsWith("_skipped", StringComparison.Ordinal) && queue.Total > 0);
        Assert.Empty(await _pipeline.Index.ListCollectionsAsync());
    }

    [Fact]
    public async Task Messages_of_a_collection_that_is_gone_pass_the_next_of_its_name_by_even_if_they_name_no_life_of_an_image()
    {
        var first = await _pipeline.FinishedAsync(await _pipeline.UploadAsync(new { bytes = Pictures.Unique() }));
        var collections = _pipeline.Services.GetRequiredService<CollectionCatalog>();
        var lives = _pipeline.Services.GetRequiredService<ICollectionLives>();
        Assert.Equal(1, await lives.PresentAsync(Collection, None));
        await _pipeline.SendAsync(new DeleteCollection { Collection = Collection, CorrelationId = Guid.NewGuid() });
        await Eventually.TrueAsync(async ct => await collections.FindAsync(Collection, ct) is null, Node.Patience, "The collection's end");
        await collections.CreateAsync(Collection, None);
        var second = await _pipeline.FinishedAsync(await _pipeline.UploadAsync(new { bytes = Pictures.Unique() }));
        var generation = (await collections.GetCurrentAsync(Collection, None))!.Active!;

        // Stamped as in the first life, by a process that has not seen its end.
        await _pipeline.SendStampedAsync(
            new EncoderPublished { Collection = Collection, EncoderVersion = "hash-000000000000", Bits = 64, CorrelationId = Guid.NewGuid() }, life: 1);
        await _pipeline.SendStampedAsync(
            new VocabularyPublished { Collection = Collection, VocabularyVersion = "words-000000000000", Words = 16, CorrelationId = Guid.NewGuid() }, life: 1);
        await _pipeline.SendStampedAsync(new TrainVocabulary { Collection = Collection, CorrelationId = Guid.NewGuid() }, life: 1);
        await _pipeline.SendStampedAsync(ImageEvents.Delete(second), life: 1);
        await SendLateAsync(first);
        await _pipeline.QuietAsync();

        Assert.Equal(generation, (await collections.GetCurrentAsync(Collection, None))!.Active);
        var left = (await _pipeline.Images.GetAsync(Collection, second.ImageId, None))!;
        Assert.Equal((ImageStatus.Indexed, second.Incarnation), (left.Status, left.Incarnation));
        Assert.Null(await _pipeline.Images.GetAsync(Collection, first.ImageId, None));
        Assert.NotNull(await _pipeline.PointAsync(second.ImageId, None));
    }

    private async Task SendLateAsync(ImageRecord image)
    {
        await _pipeline.SendAsync(ImageEvents.Accepted(image));
        await _pipeline.SendAsync(ImageEvents.Indexed(image, null));
        await _pipeline.SendAsync(ImageEvents.Delete(image));
    }

    /// <summary>Keys, values, files and folders that name the collection or the image; but what was refused because the collection is gone.</summary>
    private async Task<List<string>> TracesAsync(ImageRecord image)
    {
        string[] words = [$"\"{Collection}\"", $"/{Collection}/", $":{Collection}", $"/{Collection}:", $"/{Collection} ", image.ImageId.ToString("N"), image.ImageId.ToString("D"), image.ContentHash];
        var found = new List<string>();
        await using (var redis = new RedisContent(_redis))
        {
            await foreach (var text in redis.ReadAsync(_prefix))
            {
                found.AddRange(words.Where(word => text.Contains(word, StringComparison.Ordinal) && !text.Contains(RejectionReasons.UnknownCollection, StringComparison.Ordinal))
                    .Select(word => $"{word} in {text}"));
            }
        }

        await foreach (var text in FolderContent.ReadAsync(_pipeline.Blobs))
        {
            found.AddRange(words.Where(word => text.Contains(word, StringComparison.Ordinal)).Select(word => $"{word} in {text[..Math.Min(text.Length, 200)]}"));
        }

        return found;
    }
}
