using System.Text;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Storage;

/// <content>Records: what is put is read, scanned and probed.</content>
public abstract partial class StateStoreContract
{
    [Fact]
    public async Task An_absent_record_reads_as_null_and_a_put_one_as_its_bytes()
    {
        Assert.Null(await Store.GetAsync(Key("a"), None));
        byte[] value = [0, 10, 13, 255, 10, 0];
        Assert.True(await CommitAsync(t => t.Put(Key("a"), value).Put(Key("empty"), Array.Empty<byte>())));
        Assert.Equal(value, (await Store.GetAsync(Key("a"), None))!.Value.ToArray());
        Assert.Empty((await Store.GetAsync(Key("empty"), None))!.Value.ToArray());
    }

    [Fact]
    public async Task Versions_grow_with_every_put_even_across_a_deletion()
    {
        var seen = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            await CommitAsync(t => t.Put(Key("a"), Bytes("x")));
            seen.Add((await Store.GetAsync(Key("a"), None))!.Version);
            await CommitAsync(t => t.Put(Key("a"), Bytes("x")));
            seen.Add((await Store.GetAsync(Key("a"), None))!.Version);
            await CommitAsync(t => t.Delete(Key("a")));
        }

        Assert.True(seen[0] > 0);
        Assert.Equal(seen.Order().Distinct(), seen);
    }

    [Fact]
    public async Task Records_are_read_together_in_the_order_asked_for()
    {
        await CommitAsync(t => t.Put(Key("a"), Bytes("A")).Put(new StateKey("others", "a"), Bytes("O")));
        var read = await Store.GetManyAsync([new StateKey("others", "a"), Key("none"), Key("a"), Key("a")], None);
        Assert.Equal(["O", null, "A", "A"], read.Select(r => r is null ? null : Text(r)));
        Assert.Empty(await Store.GetManyAsync([], None));
    }

    [Fact]
    public async Task A_paged_scan_returns_the_table_in_code_point_order()
    {
        // By UTF-16 units the astral "😀" would come before "ﬀ".
        string[] ids = ["a", "a/b", "B", "b", "ä", "ﬀ", "😀", "%", "_", "a b", "[", "("];
        await CommitAsync(t =>
        {
            foreach (var id in ids)
            {
                t.Put(Key(id), Bytes(id)).Put(new StateKey("things2", id), Bytes("other table"));
            }
        });
        await CommitAsync(t => t.Put(Key("gone"), Bytes("x")));
        await CommitAsync(t => t.Delete(Key("gone")));

        var found = new List<string>();
        string? after = null;
        do
        {
            var page = await Store.ScanAsync("things", after, 5, None);
            Assert.True(page.Records.Count <= 5);
            Assert.All(page.Records, e => Assert.Equal(e.Id, Text(e.Record)));
            found.AddRange(page.Records.Select(e => e.Id));
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal(ids.OrderBy(Encoding.UTF8.GetBytes, Comparer<byte[]>.Create((x, y) => x.AsSpan().SequenceCompareTo(y))), found);
        Assert.Empty((await Store.ScanAsync("nothing", null, 5, None)).Records);
    }

    [Theory]
    [InlineData("bad table", "id")]
    [InlineData("a:b", "id")]
    [InlineData("", "id")]
    [InlineData("t", "")]
    [InlineData("t", "nul\0")]
    [InlineData("t", "SURROGATE")]
    public async Task Ill_formed_keys_are_refused(string table, string id)
    {
        // An attribute cannot hold a lone surrogate.
        var key = new StateKey(table, id.Replace("SURROGATE", "\ud800", StringComparison.Ordinal));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.GetAsync(key, None));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.GetManyAsync([key], None));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.GetSetAsync(key, None));
        Assert.ThrowsAny<ArgumentException>(() => new StateTransaction().Put(key, Bytes("x")));
        Assert.ThrowsAny<ArgumentException>(() => new StateTransaction().Expect(key, 0));
    }

    [Fact]
    public async Task The_probe_passes_on_a_working_store() => await ((IStorageProbe)Store).ProbeAsync(None);
}
