using Pipeline.Catalog;
using Xunit;

namespace Pipeline.Tests.Unit.Catalog;

public sealed class NeighbourRepairsTests : IAsyncLifetime
{
    private const string Collection = CatalogFixture.Collection;
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly CatalogFixture _catalog = new();
    private readonly Guid _one = Guid.NewGuid();
    private readonly Guid _other = Guid.NewGuid();

    private NeighbourRepairs Now => _catalog.RepairsAt(TimeProvider.System);

    private NeighbourRepairs Later => _catalog.RepairsAt(new ShiftedTime(NeighbourRepairs.Hold));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _catalog.DisposeAsync();

    [Fact]
    public async Task A_repair_that_gives_no_sign_of_life_is_carried_on_by_the_next_command()
    {
        var begun = (await Now.BeginAsync(Collection, _one, None))!;
        await Now.AdvanceAsync(Collection, begun, "there", lists: 10, mended: 3, None);

        Assert.Null(await Now.BeginAsync(Collection, _other, None));
        var taken = (await Later.BeginAsync(Collection, _other, None))!;
        Assert.Equal(("there", 10, 3), (taken.Cursor, taken.Lists, taken.Mended));
        Assert.Null(await Later.BeginAsync(Collection, _one, None));
    }

    [Fact]
    public async Task A_turn_that_two_made_counts_once_but_what_either_mended_counts()
    {
        var begun = (await Now.BeginAsync(Collection, _one, None))!;
        await Now.AdvanceAsync(Collection, begun, "there", lists: 10, mended: 3, None);
        var now = await Now.AdvanceAsync(Collection, begun, "there", lists: 10, mended: 2, None);

        Assert.Equal(("there", 10, 5, false), (now.Cursor, now.Lists, now.Mended, now.Finished));
    }

    [Fact]
    public async Task After_the_last_turn_a_repair_is_finished_and_another_command_begins_a_new_one()
    {
        var begun = (await Now.BeginAsync(Collection, _one, None))!;
        var finished = await Now.AdvanceAsync(Collection, begun, cursor: null, lists: 8, mended: 2, None);

        Assert.Equal((true, 0.25), (finished.Finished, finished.Drift));
        Assert.Null(await Now.BeginAsync(Collection, _one, None));
        Assert.Equal((_other, 0L), ((await Now.BeginAsync(Collection, _other, None))!.Id, (await Now.GetAsync(Collection, None))!.Lists));
    }

    private sealed class ShiftedTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
