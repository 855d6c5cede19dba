using Pipeline.Contracts.Events;
using Pipeline.NeighbourMining;
using Pipeline.Neighbours;
using Xunit;

namespace Pipeline.Tests.Unit.NeighbourMining;

public sealed class NeighbourhoodMinerTests : MiningTest
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task In_any_order_and_with_duplicates_the_neighbourhoods_are_those_of_brute_force(int seed)
    {
        var random = new Random(seed);
        foreach (var i in Shuffled(random))
        {
            await IndexAsync(i);
            await World.MineAsync(Ids[i]);
            if (random.Next(3) == 0)
            {
                await World.MineAsync(Ids[i]);
            }
        }

        await AssertAsBruteForceAsync([.. Enumerable.Range(0, Count)]);
    }

    [Fact]
    public async Task Concurrent_workers_that_get_everything_twice_come_to_the_same()
    {
        await Parallel.ForEachAsync(Shuffled(new Random(4)), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) =>
        {
            await IndexAsync(i);
            await Task.WhenAll(World.MineAsync(Ids[i]), World.MineAsync(Ids[i]));
        });

        await AssertAsBruteForceAsync([.. Enumerable.Range(0, Count)]);
        await AssertEverythingWasToldAsync();
    }

    [Fact]
    public async Task Deletions_repair_the_lists_and_leave_no_pair_with_a_deleted_image()
    {
        await IndexAllAsync();
        int[] deleted = [.. Shuffled(new Random(5)).Take(15)];

        await Parallel.ForEachAsync(deleted, new ParallelOptions { MaxDegreeOfParallelism = 3 }, async (i, _) =>
        {
            await World.DeleteAsync(Ids[i]);
            await World.MineAsync(Ids[i]);
        });

        foreach (var i in deleted)
        {
            Assert.Null(await World.OfAsync(Ids[i]));
        }

        await AssertAsBruteForceAsync([.. Enumerable.Range(0, Count).Except(deleted)]);
    }

    [Fact]
    public async Task A_deletion_that_is_seen_half_done_is_repaired_when_it_is_done()
    {
        await IndexAllAsync();

        await World.DeleteRecordAsync(Ids[0]);
        await World.Miner().RefreshAsync(MiningWorld.Collection, Ids, arrival: null, None);
        await World.DeletePointAsync(Ids[0]);
        await World.MineAsync(Ids[0]);

        await AssertAsBruteForceAsync([.. Enumerable.Range(1, Count - 1)]);
    }

    [Fact]
    public async Task A_list_stored_after_a_neighbour_had_gone_is_repaired()
    {
        await IndexAllAsync();
        var gone = (await World.OfAsync(Ids[0]))!.Cnn.Nearest[0].ImageId;
        var left = (await World.OfAsync(Ids[0]))!.Cnn.Nearest[1].ImageId;

        // A worker asks the index for the neighbours of images near one that was just deleted; before it writes what it was
        // told, another of them is deleted and mined to the end.
        await World.DeleteAsync(left);
        var interrupted = false;
        World.AfterFind = async () =>
        {
            if (!interrupted)
            {
                interrupted = true;
                await World.DeleteAsync(gone);
                await World.MineAsync(gone);
            }
        };
        await World.Miner().RefreshAsync(MiningWorld.Collection, Ids.Except([gone]), arrival: null, None);

        await AssertAsBruteForceAsync([.. Enumerable.Range(0, Count).Where(i => Ids[i] != gone && Ids[i] != left)]);
    }

    [Fact]
    public async Task A_worker_killed_between_two_writes_leaves_marks_and_the_sweep_finishes_its_work()
    {
        var random = new Random(6);
        foreach (var i in Shuffled(random))
        {
            await IndexAsync(i);
            World.BeforePublish = _ =>
            {
                if (random.Next(4) == 0)
                {
                    throw new IOException("The process ends here.");
                }
            };
            await Record.ExceptionAsync(() => World.MineAsync(Ids[i]));
        }

        World.BeforePublish = _ => { };
        await new MiningSweep(World.Images, World.Neighbourhoods, World.Miner()).SweepAsync(MiningWorld.Collection, None);

        await AssertAsBruteForceAsync([.. Enumerable.Range(0, Count)]);
        await AssertEverythingWasToldAsync();
    }

    [Fact]
    public async Task Pairs_are_told_as_changes_and_a_repair_of_what_is_right_finds_nothing()
    {
        World.SameSubject = (a, b) => (a.GetHashCode() ^ b.GetHashCode()) % 2 == 0;
        await IndexAllAsync();

        await AssertEverythingWasToldAsync();
        var told = World.Published.Count;
        var outcome = await World.Miner().RefreshAsync(MiningWorld.Collection, Ids, arrival: null, None);
        Assert.Equal(new MiningOutcome(0, 2 * Count, 0), outcome);
        Assert.Equal(told, World.Published.Count);
    }

    [Fact]
    public async Task A_pair_is_verified_once_for_both_directions()
    {
        await IndexAllAsync();

        var checks = new HashSet<(Guid, Guid)>();
        foreach (var id in Ids)
        {
            checks.UnionWith((await World.OfAsync(id))!.Checks.Select(c => c.OtherId.CompareTo(id) < 0 ? (c.OtherId, id) : (id, c.OtherId)));
        }

        var before = World.Verifications;
        foreach (var id in Ids)
        {
            await World.MineAsync(id);
        }

        Assert.Equal(before, World.Verifications);
        Assert.True(checks.Count > 0);
    }

    [Fact]
    public async Task An_image_of_zeros_in_words_and_one_that_is_unknown_are_no_trouble()
    {
        await World.IndexAsync(Ids[0], Cnn[0], SparseRow.Empty);
        await World.IndexAsync(Ids[1], Cnn[1], SparseRow.Empty);
        await World.MineAsync(Ids[0]);
        await World.MineAsync(Ids[1]);
        await World.MineAsync(Guid.NewGuid());

        var lonely = (await World.OfAsync(Ids[0]))!;
        Assert.Empty(lonely.Sift.Nearest);
        Assert.Equal(PairKinds.CnnOnly, Assert.Single(lonely.Pairs).Kind);
    }

    [Fact]
    public async Task Thousands_of_duplicate_events_add_no_record_change_no_pair_and_verify_nothing_anew()
    {
        await IndexAllAsync();
        var (pairs, verifications) = ((await World.OfAsync(Ids[0]))!.Pairs, World.Verifications);
        World.Published.Clear();

        for (var n = 0; n < 2_000; n++)
        {
            await World.MineAsync(Ids[0]);
        }

        Assert.Empty(World.Published);
        Assert.Equal(verifications, World.Verifications);
        Assert.Equal(pairs, (await World.OfAsync(Ids[0]))!.Pairs);
        Assert.Equal(Count, await World.CountNeighbourhoodsAsync());
        await AssertAsBruteForceAsync([.. Enumerable.Range(0, Count)]);
    }

    private static int[] Shuffled(Random random)
    {
        int[] order = [.. Enumerable.Range(0, Count)];
        random.Shuffle(order);
        return order;
    }

    private Task AssertAsBruteForceAsync(int[] present) => MinedGraph.AssertAsBruteForceAsync(World, Ids, Cnn, Sift, present);

    /// <summary>Whoever adds up the published changes has the pairs that are stored.</summary>
    private async Task AssertEverythingWasToldAsync()
    {
        var told = new Dictionary<Guid, Dictionary<Guid, MinedPair>>();
        var seen = new Dictionary<Guid, long>();
        foreach (var change in World.Published.OfType<NeighboursMined>())
        {
            if (seen.GetValueOrDefault(change.ImageId) > change.Sequence)
            {
                continue;
            }

            seen[change.ImageId] = change.Sequence;
            var pairs = told.TryGetValue(change.ImageId, out var known) ? known : told[change.ImageId] = [];
            foreach (var pair in change.Changed)
            {
                pairs[pair.OtherId] = pair;
            }

            foreach (var other in change.Removed)
            {
                pairs.Remove(other);
            }
        }

        foreach (var id in Ids)
        {
            var stored = (await World.OfAsync(id))!.Pairs;
            Assert.Equal(stored.OrderBy(p => p.OtherId), (told.GetValueOrDefault(id) ?? []).Values.OrderBy(p => p.OtherId));
        }

        Assert.NotEmpty(told);
    }
}
