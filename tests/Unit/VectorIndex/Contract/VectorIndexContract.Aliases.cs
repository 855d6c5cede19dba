using Pipeline.VectorIndex;
using Xunit;
using static Pipeline.Tests.Unit.VectorIndex.Points;

namespace Pipeline.Tests.Unit.VectorIndex.Contract;

public abstract partial class VectorIndexContract
{
    [Fact]
    public async Task An_alias_stands_for_its_collection_in_reads_and_writes_also_after_reopening()
    {
        await using var opened = await CreateAsync();
        await opened.Index.SetAliasAsync("serving", "c");
        await opened.Index.UpsertAsync("serving", [Point(1, ("cnn", East))]);
        await opened.ReopenAsync();

        Assert.Equal(new Dictionary<string, string> { ["serving"] = "c" }, await opened.Index.GetAliasesAsync());
        Assert.Equal(["c"], await opened.Index.ListCollectionsAsync());
        Assert.Equal(1, await opened.Index.CountAsync("c"));
        Assert.Single(await opened.Index.SearchAsync("serving", new IndexQuery { Space = "cnn", Vector = East, Limit = 3 }));
        Assert.Single((await opened.Index.ScanAsync("serving", null, 5)).Points);
        await opened.Index.EnsureCollectionAsync("serving", Schema);
        await opened.Index.DeleteAsync("serving", [Id(1)]);
        Assert.Equal(0, await opened.Index.CountAsync("c"));
        Assert.Equal(["c"], await opened.Index.ListCollectionsAsync());
    }

    [Fact]
    public async Task An_alias_moves_to_another_collection_and_goes_with_it()
    {
        await using var opened = await CreateAsync();
        await opened.Index.EnsureCollectionAsync("d", Schema);
        await opened.Index.UpsertAsync("d", [Point(7, ("cnn", East))]);
        await opened.Index.SetAliasAsync("serving", "c");
        Assert.Equal(0, await opened.Index.CountAsync("serving"));

        await opened.Index.SetAliasAsync("serving", "d");
        Assert.Equal(1, await opened.Index.CountAsync("serving"));
        Assert.False(await opened.Index.DropCollectionAsync("serving"));
        Assert.True(await opened.Index.DropCollectionAsync("c"));
        Assert.Equal(1, await opened.Index.CountAsync("serving"));

        Assert.True(await opened.Index.DropCollectionAsync("d"));
        Assert.Empty(await opened.Index.GetAliasesAsync());
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => opened.Index.CountAsync("serving"));
    }

    [Fact]
    public async Task An_alias_can_be_taken_away_and_its_collection_stays()
    {
        await using var opened = await CreateAsync();
        await opened.Index.SetAliasAsync("serving", "c");

        Assert.True(await opened.Index.RemoveAliasAsync("serving"));
        Assert.False(await opened.Index.RemoveAliasAsync("serving"));
        Assert.Equal(0, await opened.Index.CountAsync("c"));
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => opened.Index.CountAsync("serving"));
        await opened.ReopenAsync();
        Assert.Empty(await opened.Index.GetAliasesAsync());
    }

    [Fact]
    public async Task An_alias_is_no_collections_name_and_names_only_what_exists()
    {
        await using var opened = await CreateAsync();
        await opened.Index.EnsureCollectionAsync("d", Schema);

        await Assert.ThrowsAsync<ArgumentException>(() => opened.Index.SetAliasAsync("c", "d"));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => opened.Index.SetAliasAsync("a/b", "d"));
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => opened.Index.SetAliasAsync("serving", "none"));
        Assert.Empty(await opened.Index.GetAliasesAsync());
    }

    [Fact]
    public async Task Who_reads_by_an_alias_never_misses_it_while_it_moves()
    {
        await using var opened = await OpenAsync();
        using var done = new CancellationTokenSource();
        await CreateGenerationAsync(0);
        var moving = Task.Run(async () =>
        {
            for (var generation = 1; generation <= 25; generation++)
            {
                await CreateGenerationAsync(generation);
                await opened.Index.DropCollectionAsync($"g{generation - 1}");
            }

            await done.CancelAsync();
        });
        do
        {
            Assert.Equal(1, await opened.Index.CountAsync("serving"));
        }
        while (!done.IsCancellationRequested);
        await moving;

        async Task CreateGenerationAsync(int number)
        {
            await opened.Index.EnsureCollectionAsync($"g{number}", Schema);
            await opened.Index.UpsertAsync($"g{number}", [Point(1, ("cnn", East))]);
            await opened.Index.SetAliasAsync("serving", $"g{number}");
        }
    }
}
