using Pipeline.Catalog;
using Pipeline.Storage;
using Pipeline.Tests.Support;
using Pipeline.VectorIndex;
using Xunit;

namespace Pipeline.Tests.Integration.Faults;

/// <summary>What has become of a run's uploads, by catalog and index.</summary>
internal sealed class Settlement(IStateStore state, Uploads uploads)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly ImageCatalog _images = new(state, TimeProvider.System);

    private static CancellationToken None => CancellationToken.None;

    public Task<long> IndexedAsync() => _images.CountAsync(Uploads.Collection, ImageStatus.Indexed, None);

    public Task<long> RejectedAsync() => _images.CountAsync(Uploads.Collection, ImageStatus.Rejected, None);

    /// <summary>Waits until so many images are indexed: the middle of a run.</summary>
    public Task IndexedAtLeastAsync(int count) =>
        UntilAsync(async () => await IndexedAsync() >= count, () => $"{count} indexed");

    /// <summary>Waits until every upload has come to its end.</summary>
    public Task CompleteAsync() =>
        UntilAsync(
            async () => await IndexedAsync() + await RejectedAsync() >= uploads.All.Count
                && await _images.CountAsync(Uploads.Collection, ImageStatus.Processing, None) == 0
                && await WaitingAsync() == 0,
            () => $"{uploads.All.Count} ended");

    /// <summary>Every good image is indexed, every other one rejected with a reason, and no upload is left.</summary>
    public async Task AssertCatalogAsync()
    {
        var indexed = await ListAsync(ImageStatus.Indexed);
        var rejected = await ListAsync(ImageStatus.Rejected);
        Assert.DoesNotContain(rejected, record => record.RejectionReason is null);
        var good = uploads.Good.Select(upload => upload.ImageId).ToHashSet();
        Assert.Empty(rejected.Where(record => good.Contains(record.ImageId)).Select(record => $"{record.ImageId} {record.RejectionReason} {record.RejectionDetail}"));
        Assert.Equal(
            uploads.Good.Select(upload => upload.ImageId).Order(),
            indexed.Select(record => record.ImageId).Order());
        Assert.True(uploads.Bad == rejected.Count, string.Join('\n', rejected.Select(record => $"{record.ImageId} {record.RejectionReason} {record.RejectionDetail}")));
        Assert.All(indexed, record => Assert.Equal(record.PayloadRevision, record.IndexedRevision));
        Assert.All(indexed, record => Assert.All(record.Stages, stage => Assert.True(stage.Value.Done, $"{record.ImageId} lacks {stage.Key}: {stage.Value.Reason}")));
        Assert.Equal(0, await WaitingAsync());
    }

    /// <summary>The index holds exactly one point and one code for each good image and nothing else. Its service must have ended.</summary>
    public static async Task AssertIndexAsync(string path, Uploads uploads)
    {
        await using var index = EmbeddedVectorIndex.Open(new VectorIndexOptions { Path = path });
        var collections = await index.ListCollectionsAsync();
        Assert.Equal(2, collections.Count);
        foreach (var collection in collections)
        {
            await AssertHoldsAsync(index, collection, uploads);
        }
    }

    private static async Task AssertHoldsAsync(EmbeddedVectorIndex index, string collection, Uploads uploads)
    {
        var ids = new List<Guid>();
        for (Guid? after = null; ;)
        {
            var page = await index.ScanAsync(collection, after, 100);
            ids.AddRange(page.Points.Select(point => point.Id));
            if (page.Points.Count == 0)
            {
                break;
            }

            after = page.Points[^1].Id;
        }

        Assert.Equal(uploads.Good.Select(upload => upload.ImageId).Order(), ids.Order());
        Assert.Equal(ids.Count, await index.CountAsync(collection));
    }

    /// <summary>Uploads that were noted and have not come to an end.</summary>
    private async Task<int> WaitingAsync()
    {
        var count = 0;
        await foreach (var _ in new UploadCatalog(state, _images, TimeProvider.System).ListWaitingAsync(None))
        {
            count++;
        }

        return count;
    }

    private async Task<IReadOnlyList<ImageRecord>> ListAsync(ImageStatus status)
    {
        var records = new List<ImageRecord>();
        string? cursor = null;
        do
        {
            var page = await _images.ListAsync(Uploads.Collection, status, cursor, 100, None);
            records.AddRange(page.Images);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return records;
    }

    private async Task UntilAsync(Func<Task<bool>> condition, Func<string> wanted)
    {
        await Eventually.TrueAsync(condition, Patience, async () =>
        {
            var processing = await ListAsync(ImageStatus.Processing);
            var stuck = processing.Take(5).Select(record => $"{record.ImageId} has {string.Join(",", record.Stages.Select(s => $"{s.Key}={s.Value.Done}"))}");
            return $"wanted {wanted()}; {await IndexedAsync()} indexed, {await RejectedAsync()} rejected, {await WaitingAsync()} waiting, {processing.Count} processing: {string.Join("; ", stuck)}";
        });
    }
}
