using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Integration.Storage;

public sealed class FullDiskTests
{
    private static CancellationToken None => CancellationToken.None;

    [TmpfsFact]
    public async Task A_full_blob_disk_is_reported_as_unavailable_and_works_again_once_there_is_room()
    {
        using var disk = new Tmpfs(megabytes: 4);
        var store = new DirectoryBlobStore(disk.Path);
        var content = Enumerable.Repeat((byte)7, 200_000).ToArray();
        await store.PutAsync("kept", content, None);
        var filler = disk.Fill();

        await Assert.ThrowsAsync<StorageUnavailableException>(() => store.PutAsync("kept", content, None));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => store.PutAsync("new", new MemoryStream(content), long.MaxValue, None));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => ((IStorageProbe)store).ProbeAsync(None));
        Assert.Equal(content, await store.TryReadAsync("kept", None));
        Assert.False(await store.ExistsAsync("new", None));
        Assert.Empty(Directory.GetFiles(Path.Combine(disk.Path, "incoming")));

        File.Delete(filler);
        await ((IStorageProbe)store).ProbeAsync(None);
        await store.PutAsync("new", content, None);
        Assert.Equal(content, await store.TryReadAsync("new", None));
    }

    [TmpfsFact]
    public async Task A_full_state_disk_loses_no_commit_and_works_again_once_there_is_room()
    {
        using var disk = new Tmpfs(megabytes: 4);
        var path = Path.Combine(disk.Path, "state.db");
        var acknowledged = new List<string>();
        await using (var store = new SqliteStateStore(path))
        {
            await CommitAsync(store, "before");
            var filler = disk.Fill();
            var failures = 0;
            for (var i = 0; i < 20; i++)
            {
                try
                {
                    await CommitAsync(store, $"full{i}");
                }
                catch (StorageUnavailableException)
                {
                    failures++;
                }
            }

            Assert.True(failures > 0);
            Assert.NotNull(await store.GetAsync(new StateKey("t", "before"), None));
            File.Delete(filler);
            await CommitAsync(store, "after");
        }

        await using var again = new SqliteStateStore(path);
        var ids = new List<string>();
        await foreach (var entry in again.ScanAllAsync("t"))
        {
            ids.Add(entry.Id);
        }

        Assert.Equal(acknowledged.Order(StringComparer.Ordinal), ids);

        async Task CommitAsync(SqliteStateStore store, string id)
        {
            Assert.True(await store.TryCommitAsync(new StateTransaction().Expect(new StateKey("t", id), 0).Put(new StateKey("t", id), new byte[50_000]), None));
            acknowledged.Add(id);
        }
    }
}
