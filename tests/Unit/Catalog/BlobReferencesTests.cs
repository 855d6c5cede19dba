using Pipeline.Catalog;
using Xunit;

namespace Pipeline.Tests.Unit.Catalog;

public sealed class BlobReferencesTests : IAsyncLifetime
{
    private const string Collection = CatalogFixture.Collection;
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly string Hash = new('a', 64);
    private readonly CatalogFixture _catalog = new();
    private readonly Guid _image = Guid.NewGuid();

    private BlobReferences References => _catalog.References;

    public async Task InitializeAsync() => await _catalog.Blobs.PutAsync(BlobKeys.Image(Hash), new byte[] { 1 }, None);

    public async Task DisposeAsync() => await _catalog.DisposeAsync();

    [Fact]
    public async Task Shared_bytes_go_with_their_last_owner()
    {
        await References.AcquireAsync(Hash, Collection, _image, 1, None);
        await References.AcquireAsync(Hash, "other", _image, 1, None);

        await References.ReleaseAsync(Hash, Collection, _image, 1, None);
        Assert.True(await AreThereAsync());

        await References.ReleaseAsync(Hash, "other", _image, 1, None);
        Assert.False(await AreThereAsync());
    }

    [Fact]
    public async Task An_owner_that_comes_twice_goes_at_once()
    {
        await References.AcquireAsync(Hash, Collection, _image, 1, None);
        await References.AcquireAsync(Hash, Collection, _image, 1, None);

        await References.ReleaseAsync(Hash, Collection, _image, 1, None);
        await References.ReleaseAsync(Hash, Collection, _image, 1, None);

        Assert.False(await AreThereAsync());
    }

    [Fact]
    public async Task The_end_of_an_earlier_life_takes_nothing_from_the_next()
    {
        await References.AcquireAsync(Hash, Collection, _image, 1, None);
        await References.AcquireAsync(Hash, Collection, _image, 2, None);

        await References.ReleaseAsync(Hash, Collection, _image, 1, None);
        Assert.True(await AreThereAsync());

        await References.ReleaseAsync(Hash, Collection, _image, 2, None);
        Assert.False(await AreThereAsync());
    }

    [Fact]
    public async Task A_late_event_of_an_earlier_life_does_not_make_it_the_owner_again()
    {
        await References.AcquireAsync(Hash, Collection, _image, 2, None);
        await References.AcquireAsync(Hash, Collection, _image, 1, None);

        await References.ReleaseAsync(Hash, Collection, _image, 1, None);

        Assert.True(await AreThereAsync());
    }

    [Fact]
    public async Task An_upload_waits_while_the_bytes_are_removed()
    {
        var (begun, removal) = (new TaskCompletionSource(), new TaskCompletionSource<bool>());
        var references = _catalog.ReferencesOver(HookedDeletion.Create(() =>
        {
            begun.SetResult();
            return removal.Task;
        }));
        await references.AcquireAsync(Hash, Collection, _image, 1, None);

        var released = references.ReleaseAsync(Hash, Collection, _image, 1, None);
        await begun.Task;
        await Assert.ThrowsAsync<ImageBusyException>(() => references.AcquireAsync(Hash, "other", _image, 1, None));
        removal.SetResult(true);
        await released;

        await references.AcquireAsync(Hash, "other", _image, 1, None);
    }

    [Fact]
    public async Task A_removal_that_was_cut_off_is_finished_by_the_next_delivery()
    {
        var blobs = HookedDeletion.Create(() => throw new IOException("The disk does not answer."));
        await References.AcquireAsync(Hash, Collection, _image, 1, None);
        await Assert.ThrowsAsync<IOException>(
            () => _catalog.ReferencesOver(blobs).ReleaseAsync(Hash, Collection, _image, 1, None));

        await References.ReleaseAsync(Hash, Collection, _image, 1, None);

        Assert.False(await AreThereAsync());
        await References.AcquireAsync(Hash, Collection, _image, 2, None);
    }

    private Task<bool> AreThereAsync() => _catalog.Blobs.ExistsAsync(BlobKeys.Image(Hash), None);
}
