using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Commands;
using Pipeline.Neighbours;
using Xunit;

namespace Pipeline.Tests.Unit.Indexing;

/// <summary>A collection of two images whose generations change; each test has its own.</summary>
public abstract class GenerationWorld : IAsyncLifetime
{
    private protected const string Collection = ModelWorld.Collection;
    private protected static readonly CancellationToken None = CancellationToken.None;

    private protected ModelWorld World { get; } = new();

    private protected Guid One { get; private set; }

    private protected Guid Two { get; private set; }

    public async Task InitializeAsync()
    {
        World.Restart(keep: TimeSpan.FromHours(1));
        await World.Catalog.Collections.CreateAsync(Collection, None);
        One = await World.LiveAsync();
        Two = await World.LiveAsync();
    }

    public async Task DisposeAsync() => await World.DisposeAsync();

    private protected async Task<Guid> ReindexAsync()
    {
        var command = new ReindexCollection { Collection = Collection, Reason = "for a test", CorrelationId = Guid.NewGuid() };
        await World.Commands.BeginAsync(command, None);
        await World.Commands.BeginAsync(command, None);
        Assert.NotNull((await World.RecordAsync()).Active!.Next);
        return command.CorrelationId;
    }

    /// <summary>An image without a code, for which every generation waits.</summary>
    private protected async Task<Guid> HoldAsync()
    {
        var image = await World.AcceptAsync();
        await World.StoreSiftAsync(image);
        await World.SettleAsync(image, Stages.Sift, new() { Done = true, Version = "s", FeatureKey = ModelWorld.SiftKey(image) });
        await World.EmbeddedAsync(image, ModelWorld.Backbone);
        await World.SettleAsync(image, Stages.Cnn, new() { Done = true, Version = ModelWorld.Backbone, FeatureKey = BlobKeys.Cnn(Collection, image, 1, ModelWorld.Backbone) });
        return image;
    }

    private protected Task ReleaseAsync(Guid image) =>
        World.SettleAsync(image, Stages.Hash, new() { Done = true, Version = ModelWorld.Encoder, Code = new byte[8], ModelVersion = ModelWorld.Backbone });

    private protected async Task WordsAsync(Guid image, string vocabulary, uint word)
    {
        var key = BlobKeys.Words(Collection, image, 1, vocabulary);
        await World.Catalog.Blobs.PutAsync(key, SparseRowFormat.Serialize(new([word], [1f])), None);
        await World.Indexer.SettleWordsAsync(new() { Collection = Collection, ImageId = image, WordsKey = key, VocabularyVersion = vocabulary, Words = 1 }, None);
    }

    private protected async Task<IReadOnlyList<GenerationEntry>> LogAsync() => (await World.Catalog.Collections.GetGenerationsAsync(Collection, None)).Entries;
}
