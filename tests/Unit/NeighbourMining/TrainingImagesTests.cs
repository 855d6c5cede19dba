using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.NeighbourMining.Vocabularies;
using Pipeline.Sift;
using Pipeline.Tests.Unit.Catalog;
using Xunit;

namespace Pipeline.Tests.Unit.NeighbourMining;

public sealed class TrainingImagesTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly CatalogFixture _catalog = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _catalog.DisposeAsync();

    [Fact]
    public async Task Features_that_are_damaged_or_gone_do_not_keep_a_vocabulary_from_being_trained_on_the_others()
    {
        await AddAsync("whole", new SiftFeatures([], [], 64, 48).Serialize());
        await AddAsync("damaged", [1, 2, 3]);
        await AddAsync("gone", null);

        var read = await new TrainingImages(_catalog.Images, new FeatureBlobs(_catalog.Blobs, NullLogger<FeatureBlobs>.Instance))
            .ReadAsync(CatalogFixture.Collection, most: 10, seed: 1, None);

        Assert.Equal((64, 48), (Assert.Single(read).Width, read[0].Height));
    }

    private async Task AddAsync(string key, byte[]? features)
    {
        if (features is not null)
        {
            await _catalog.Blobs.PutAsync(key, features, None);
        }

        var id = Guid.NewGuid();
        var stages = new Dictionary<string, StageOutcome> { [Stages.Sift] = new() { Done = true, Version = "s", FeatureKey = key } };
        await _catalog.Images.UpdateAsync(
            CatalogFixture.Collection, id, _ => new ImageRecord { ImageId = id, Collection = CatalogFixture.Collection, Status = ImageStatus.Indexed, Stages = stages }, None);
    }
}
