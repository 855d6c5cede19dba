using System.Security.Cryptography;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Storage;

public sealed class DirectoryBlobStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DirectoryBlobStore _store;

    public DirectoryBlobStoreTests() => _store = new DirectoryBlobStore(_folder.Path);

    private static CancellationToken None => CancellationToken.None;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_put_is_read_and_a_second_put_replaces_it()
    {
        Assert.Null(await _store.TryReadAsync("a/b/c.bin", None));
        await _store.PutAsync("a/b/c.bin", new byte[] { 1, 2, 3 }, None);
        await _store.PutAsync("a/b/c.bin", new byte[] { 4 }, None);
        Assert.Equal([4], await _store.TryReadAsync("a/b/c.bin", None));
        await _store.PutAsync("a/b/empty", Array.Empty<byte>(), None);
        Assert.Empty((await _store.TryReadAsync("a/b/empty", None))!);
        Assert.Empty(Directory.GetFiles(_folder.File("incoming")));
    }

    [Fact]
    public async Task What_begins_with_a_prefix_goes_with_all_folders_that_name_it_and_others_stay()
    {
        await _store.PutAsync("a/b/c/1", new byte[] { 1 }, None);
        await _store.PutAsync("a/b/c/d/2", new byte[] { 2 }, None);
        await _store.PutAsync("a/bc/3", new byte[] { 3 }, None);

        await _store.DeleteAllAsync("a/b/c/", None);
        await _store.DeleteAllAsync("a/b/c/", None);

        Assert.Equal(["a/bc/3"], await _store.ListAsync("", None).Select(blob => blob.Key).ToArrayAsync());
        Assert.Empty(Directory.GetDirectories(_folder.Path, "b", SearchOption.AllDirectories));
        await _store.PutAsync("a/b/c/1", new byte[] { 4 }, None);
        Assert.Equal([4], await _store.TryReadAsync("a/b/c/1", None));
        await Assert.ThrowsAsync<ArgumentException>(() => _store.DeleteAllAsync("a/b", None));
    }

    [Fact]
    public async Task Blobs_are_put_whole_while_their_folder_is_deleted_again_and_again()
    {
        using var over = new CancellationTokenSource();
        var deleting = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                await _store.DeleteAllAsync("a/b/", None);
            }
        });
        for (var i = 0; i < 200; i++)
        {
            await _store.PutAsync($"a/b/{i % 3}", new byte[] { 1 }, None);
        }

        await over.CancelAsync();
        await deleting;
        await _store.PutAsync("a/b/last", new byte[] { 2 }, None);
        Assert.Equal([2], await _store.TryReadAsync("a/b/last", None));
    }

    [Fact]
    public async Task A_stream_is_stored_up_to_its_limit_and_not_beyond()
    {
        var content = RandomNumberGenerator.GetBytes(300_000);
        Assert.Equal(content.Length, await _store.PutAsync("big", new MemoryStream(content), content.Length, None));
        Assert.Equal(content, await _store.TryReadAsync("big", None));
        await Assert.ThrowsAsync<BlobTooLargeException>(() => _store.PutAsync("bigger", new MemoryStream(content), content.Length - 1, None));
        Assert.False(await _store.ExistsAsync("bigger", None));
        Assert.Empty(Directory.GetFiles(_folder.File("incoming")));
    }

    [Fact]
    public async Task A_source_that_breaks_is_the_callers_error_and_leaves_the_old_content()
    {
        await _store.PutAsync("a", new byte[] { 1 }, None);
        var error = await Assert.ThrowsAsync<IOException>(() => _store.PutAsync("a", new BreakingStream(), long.MaxValue, None));
        Assert.Equal("the sender hung up", error.Message);
        Assert.Equal([1], await _store.TryReadAsync("a", None));
        Assert.Empty(Directory.GetFiles(_folder.File("incoming")));
    }

    [Fact]
    public async Task An_open_stream_keeps_its_content_while_the_blob_is_replaced_and_deleted()
    {
        await _store.PutAsync("a", new byte[] { 1, 2 }, None);
        await using var stream = await _store.TryOpenReadAsync("a", None);
        await _store.PutAsync("a", new byte[] { 9 }, None);
        await _store.DeleteAsync("a", None);
        using var copy = new MemoryStream();
        await stream!.CopyToAsync(copy);
        Assert.Equal([1, 2], copy.ToArray());
        Assert.Null(await _store.TryOpenReadAsync("a", None));
    }

    [Fact]
    public async Task A_copy_replaces_its_target_can_be_made_again_and_outlives_its_source()
    {
        await _store.PutAsync("from", new byte[] { 1 }, None);
        await _store.PutAsync("deep/to", new byte[] { 2 }, None);
        var copied = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _store.CopyAsync("from", "deep/to", None)));
        Assert.All(copied, Assert.True);
        await _store.PutAsync("from", new byte[] { 3 }, None);
        Assert.Equal([1], await _store.TryReadAsync("deep/to", None));
        await _store.DeleteAsync("from", None);
        Assert.False(await _store.CopyAsync("from", "deep/to", None));
        Assert.Equal([1], await _store.TryReadAsync("deep/to", None));
        Assert.Empty(Directory.GetFiles(Path.Combine(_store.Root, "incoming")));
    }

    [Fact]
    public async Task Deleting_says_whether_there_was_something()
    {
        await _store.PutAsync("a/b", new byte[] { 1 }, None);
        Assert.True(await _store.DeleteAsync("a/b", None));
        Assert.False(await _store.DeleteAsync("a/b", None));
        Assert.False(await _store.DeleteAsync("a", None));
        Assert.False(await _store.DeleteAsync("x/y/z", None));
    }

    [Theory]
    [InlineData("", new[] { "a/1", "a/10", "a/b/2", "ab/3", "c" })]
    [InlineData("a/", new[] { "a/1", "a/10", "a/b/2" })]
    [InlineData("a/1", new[] { "a/1", "a/10" })]
    [InlineData("a", new[] { "a/1", "a/10", "a/b/2", "ab/3" })]
    [InlineData("a/b/2", new[] { "a/b/2" })]
    [InlineData("nothing/here", new string[0])]
    public async Task A_listing_has_exactly_the_keys_that_start_with_the_prefix(string prefix, string[] expected)
    {
        foreach (var key in (string[])["a/1", "a/10", "a/b/2", "ab/3", "c"])
        {
            await _store.PutAsync(key, new byte[key.Length], None);
        }

        var found = new List<BlobEntry>();
        await foreach (var entry in _store.ListAsync(prefix, None))
        {
            found.Add(entry);
        }

        Assert.Equal(expected, found.Select(e => e.Key).Order(StringComparer.Ordinal));
        Assert.All(found, e => Assert.Equal(e.Key.Length, e.Length));
        Assert.All(found, e => Assert.True(DateTimeOffset.UtcNow - e.LastModified < TimeSpan.FromMinutes(1)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("../a")]
    [InlineData("a/../../b")]
    [InlineData("a/./b")]
    [InlineData("a\\b")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a\0b")]
    public async Task Keys_that_could_leave_the_folder_or_confuse_a_file_system_are_refused(string key)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _store.PutAsync(key, new byte[1], None));
        await Assert.ThrowsAsync<ArgumentException>(() => _store.TryReadAsync(key, None));
        await Assert.ThrowsAsync<ArgumentException>(() => _store.CopyAsync("a", key, None));
        await Assert.ThrowsAsync<ArgumentException>(() => _store.DeleteAsync(key, None));
    }

    [Fact]
    public void Key_lengths_are_bounded()
    {
        Assert.True(BlobKey.IsValid(new string('a', BlobKey.MaxSegmentLength)));
        Assert.False(BlobKey.IsValid(new string('a', BlobKey.MaxSegmentLength + 1)));
        var longKey = string.Join('/', Enumerable.Repeat(new string('a', 99), 6));
        Assert.False(BlobKey.IsValid(longKey));
        Assert.True(BlobKey.IsValid(longKey[..BlobKey.MaxLength]));
    }

    [Fact]
    public async Task A_key_below_another_blob_is_the_callers_error()
    {
        await _store.PutAsync("a", new byte[1], None);
        await Assert.ThrowsAsync<ArgumentException>(() => _store.PutAsync("a/b", new byte[1], None));
        await _store.PutAsync("c/d", new byte[1], None);
        await Assert.ThrowsAsync<ArgumentException>(() => _store.PutAsync("c", new byte[1], None));
        Assert.Null(await _store.TryReadAsync("a/b", None));
        Assert.Null(await _store.TryReadAsync("c", None));
        Assert.False(await _store.ExistsAsync("c", None));
    }

    [Fact]
    public async Task Concurrent_puts_of_one_key_leave_one_whole_content()
    {
        var contents = Enumerable.Range(0, 16).Select(i => Enumerable.Repeat((byte)i, 50_000 + i).ToArray()).ToArray();
        var other = new DirectoryBlobStore(_folder.Path);
        await Task.WhenAll(contents.Select((c, i) => (i % 2 == 0 ? _store : other).PutAsync("k/x", c, None)));
        var read = (await _store.TryReadAsync("k/x", None))!;
        Assert.Contains(contents, c => c.AsSpan().SequenceEqual(read));
    }

    [Fact]
    public async Task Old_temporary_files_are_removed_at_start_and_young_ones_are_left()
    {
        var (old, young) = (_folder.File("incoming/old"), _folder.File("incoming/young"));
        await File.WriteAllTextAsync(old, "x");
        await File.WriteAllTextAsync(young, "x");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddHours(-2));
        _ = new DirectoryBlobStore(_folder.Path);
        Assert.False(File.Exists(old));
        Assert.True(File.Exists(young));
    }

    [Fact]
    public async Task A_folder_that_is_gone_reads_as_unavailable_and_not_as_empty()
    {
        await _store.PutAsync("a", new byte[1], None);
        await ((IStorageProbe)_store).ProbeAsync(None);
        Directory.Move(_folder.File("objects"), _folder.File("elsewhere"));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _store.TryReadAsync("a", None));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _store.ExistsAsync("a", None));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _store.PutAsync("a", new byte[1], None));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _store.PutAsync("b/c", new byte[1], None));
        Directory.Move(_folder.File("elsewhere"), _folder.File("objects"));
        Assert.True(await _store.ExistsAsync("a", None));
    }

    private sealed class BreakingStream : MemoryStream
    {
        private int _reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _reads++ == 0 ? ValueTask.FromResult(buffer.Length) : throw new IOException("the sender hung up");
    }
}
