using Pipeline.Catalog;
using Xunit;

namespace Pipeline.Tests.Unit.Catalog;

public sealed class ImageCatalogTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly CatalogFixture _catalog = new();

    private ImageCatalog Images => _catalog.Images;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _catalog.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(20)]
    [InlineData(100)]
    public async Task Pages_name_every_image_once_latest_first(int limit)
    {
        var put = await PutAsync(20);

        var listed = new List<ImageRecord>();
        string? cursor = null;
        do
        {
            var page = await Images.ListAsync(CatalogFixture.Collection, ImageStatus.Processing, cursor, limit, None);
            Assert.True(page.Images.Count <= limit);
            listed.AddRange(page.Images);
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(put.Order(), listed.Select(record => record.ImageId).Order());
        Assert.Equal(listed.OrderByDescending(record => record.UpdatedAt).Select(record => record.UpdatedAt), listed.Select(record => record.UpdatedAt));
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("-")]
    [InlineData("x-00000000000000000000000000000000")]
    [InlineData("7-not-an-id")]
    [InlineData("../etc")]
    public async Task A_cursor_of_somebodys_own_is_refused(string cursor) =>
        await Assert.ThrowsAsync<FormatException>(() => Images.ListAsync(CatalogFixture.Collection, ImageStatus.Indexed, cursor, 10, None));

    [Theory]
    [InlineData(0)]
    [InlineData(ImageCatalog.MaxPage + 1)]
    public async Task A_page_has_a_size(int limit) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Images.ListAsync(CatalogFixture.Collection, ImageStatus.Indexed, null, limit, None));

    [Fact]
    public async Task Lists_agree_with_the_records_whatever_changes_at_once()
    {
        var ids = await PutAsync(10);
        var statuses = Enum.GetValues<ImageStatus>();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 25; i++)
            {
                var status = statuses[random.Next(statuses.Length)];
                await Images.UpdateAsync(CatalogFixture.Collection, ids[random.Next(ids.Count)], record => record! with { Status = status }, None);
            }
        })));

        var records = await Images.GetManyAsync(CatalogFixture.Collection, ids, None);
        foreach (var status in statuses)
        {
            var expected = records.Where(record => record!.Status == status).Select(record => record!.ImageId).Order();
            var page = await Images.ListAsync(CatalogFixture.Collection, status, null, ImageCatalog.MaxPage, None);
            Assert.Equal(expected, page.Images.Select(record => record.ImageId).Order());
            Assert.Equal(page.Images.Count, await Images.CountAsync(CatalogFixture.Collection, status, None));
        }
    }

    [Fact]
    public async Task No_change_is_lost_when_many_change_one_record()
    {
        var id = (await PutAsync(1))[0];

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Images.UpdateAsync(
            CatalogFixture.Collection, id, record => record! with { Labels = [.. record.Labels, $"{i}"] }, None)));

        Assert.Equal(20, (await Images.GetAsync(CatalogFixture.Collection, id, None))!.Labels.Distinct().Count());
    }

    private async Task<List<Guid>> PutAsync(int count)
    {
        var ids = new List<Guid>();
        for (var i = 0; i < count; i++)
        {
            var record = CatalogFixture.Record();
            await Images.UpdateAsync(record.Collection, record.ImageId, _ => record, None);
            ids.Add(record.ImageId);
        }

        return ids;
    }
}
