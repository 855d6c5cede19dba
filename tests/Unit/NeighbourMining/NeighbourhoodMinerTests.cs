using Pipeline.Contracts.Events;
using Pipeline.NeighbourMining;
using Pipeline.Neighbours;
using Pipeline.Neighbours.Embedding;
using Pipeline.Tests.Unit.Neighbours;
using Xunit;

namespace Pipeline.Tests.Unit.NeighbourMining;

public sealed class NeighbourhoodMinerTests : IAsyncLifetime
{
    private const int Count = 40;
    private const int Dimensions = 5;
    private static readonly CancellationToken None = CancellationToken.None;

    // Coarse vectors: many similarities are equal, and ties must be broken as brute force breaks them.
    private readonly float[][] _cnn = RandomRows.Dense(seed: 11, Count, Dimensions, coarse: true);
    private readonly SparseRow[] _sift = RandomRows.Sparse(seed: 12, Count, dimensions: 40, entries: 5, coarse: true);
    private readonly Guid[] _ids = [.. Enumerable.Range(0, Count).Select(_ => Guid.NewGuid()).Order()];
    private readonly MiningWorld _world = new();

    public Task InitializeAsync() => _world.InitializeAsync(Dimensions);

    public async Task DisposeAsync() => await _world.DisposeAsync();

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
            await _world.MineAsync(_ids[i]);
            if (random.Next(3) == 0)
            {
                await _world.MineAsync(_ids[i]);
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
            await Task.WhenAll(_world.MineAsync(_ids[i]), _world.MineAsync(_ids[i]));
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
            await _world.DeleteAsync(_ids[i]);
            await _world.MineAsync(_ids[i]);
        });

        foreach (var i in deleted)
        {
            Assert.Null(await _world.OfAsync(_ids[i]));
        }

        await AssertAsBruteForceAsync([.. Enumerable.Range(0, Count).Except(deleted)]);
    }

    [Fact]
    public async Task A_deletion_that_is_seen_half_done_is_repaired_when_it_is_done()
    {
        await IndexAllAsync();

        await _world.DeleteRecordAsync(_ids[0]);
        await _world.Miner().RefreshAsync(MiningWorld.Collection, _ids, arrival: null, None);
        await _world.DeletePointAsync(_ids[0]);
        await _world.MineAsync(_ids[0]);

        await AssertAsBruteForceAsync([.. Enumerable.Range(1, Count - 1)]);
    }

    [Fact]
    public async Task A_list_stored_after_a_neighbour_had_gone_is_repaired()
    {
        await IndexAllAsync();
        var gone = (await _world.OfAsync(_ids[0]))!.Cnn.Nearest[0].ImageId;
        var left = (await _world.OfAsync(_ids[0]))!.Cnn.Nearest[1].ImageId;

        // A worker asks the index for the neighbours of images near one that was just deleted; before it writes what it was
        // told, another of them is deleted and mined to the end.
        await _world.DeleteAsync(left);
        var interrupted = false;
        _world.AfterFind = async () =>
        {
            if (!interrupted)
            {
                interrupted = true;
                await _world.DeleteAsync(gone);
                await _world.MineAsync(gone);
            }
        };
        await _world.Miner().RefreshAsync(MiningWorld.Collection, _ids.Except([gone]), arrival: null, None);

        await AssertAsBruteForceAsync([.. Enumerable.Range(0, Count).Where(i => _ids[i] != gone && _ids[i] != left)]);
    }

    [Fact]
    public async Task A_worker_killed_between_two_writes_leaves_marks_and_the_sweep_finishes_its_work()
    {
        var random = new Random(6);
        foreach (var i in Shuffled(random))
        {
            await IndexAsync(i);
            _world.BeforePublish = _ =>
            {
                if (random.Next(4) == 0)
                {
                    throw new IOException("The process ends here.");
                }
            };
            await Record.ExceptionAsync(() => _world.MineAsync(_ids[i]));
        }

        _world.BeforePublish = _ => { };
        await new MiningSweep(_world.Images, _world.Neighbourhoods, _world.Miner()).SweepAsync(MiningWorld.Collection, None);

        await AssertAsBruteForceAsync([.. Enumerable.Range(0, Count)]);
        await AssertEverythingWasToldAsync();
    }

    [Fact]
    public async Task Pairs_are_told_as_changes_and_a_repair_of_what_is_right_finds_nothing()
    {
        _world.SameSubject = (a, b) => (a.GetHashCode() ^ b.GetHashCode()) % 2 == 0;
        await IndexAllAsync();

        await AssertEverythingWasToldAsync();
        var told = _world.Published.Count;
        var outcome = await _world.Miner().RefreshAsync(MiningWorld.Collection, _ids, arrival: null, None);
        Assert.Equal(new MiningOutcome(0, 2 * Count, 0), outcome);
        Assert.Equal(told, _world.Published.Count);
    }

    [Fact]
    public async Task Every_image_gets_an_embedded_vector_that_its_verified_neighbours_pull()
    {
        await IndexAllAsync();

        var last = _world.Published.OfType<IndexVectorEmbedded>().GroupBy(e => e.ImageId).ToDictionary(g => g.Key, g => g.Last());
        Assert.Equal(Count, last.Count);
        for (var i = 0; i < Count; i++)
        {
            var pulls = (await _world.OfAsync(_ids[i]))!.Pulls;
            var sum = _cnn[i].Select((value, d) => value + pulls.Sum(other => _cnn[Array.IndexOf(_ids, other)][d])).ToArray();
            var length = MathF.Sqrt(sum.Sum(value => value * value));
            var expected = SparseRow.FromDense([.. sum.Select(value => value / length)]);
            Assert.Equal(expected.Indices, last[_ids[i]].Indices);
            Assert.Equal(expected.Values, last[_ids[i]].Values, (a, b) => Math.Abs(a - b) < 1e-5);
        }

        Assert.Contains(last.Values, e => e.Indices.Length > 0);
    }

    [Fact]
    public async Task A_sweep_embeds_the_whole_collection_as_the_algorithm_does()
    {
        await IndexAllAsync();
        _world.Published.Clear();

        var published = await _world.Sweep().RunAsync(MiningWorld.Collection, None);

        // Only those that mining verified may pull; in later rounds others become neighbours, too.
        var checks = new HashSet<(int, int)>();
        for (var i = 0; i < Count; i++)
        {
            foreach (var check in (await _world.OfAsync(_ids[i]))!.Checks)
            {
                var other = Array.IndexOf(_ids, check.OtherId);
                checks.UnionWith([(i, other), (other, i)]);
            }
        }

        var expected = new CollaborativeIndexEmbedding(_world.Options, new EmbeddingOptions(), (a, b) => checks.Contains((a, b))).Sweep(_cnn, _sift).Last();
        Assert.True(expected.Number > 0);
        Assert.Equal(Count, published);
        foreach (var embedded in _world.Published.Cast<IndexVectorEmbedded>())
        {
            var row = SparseRow.FromDense(expected.Cnn[Array.IndexOf(_ids, embedded.ImageId)]);
            Assert.Equal(row.Indices, embedded.Indices);
            Assert.Equal(row.Values, embedded.Values, (a, b) => Math.Abs(a - b) < 1e-5);
        }
    }

    [Fact]
    public async Task A_pair_is_verified_once_for_both_directions()
    {
        await IndexAllAsync();

        var checks = new HashSet<(Guid, Guid)>();
        foreach (var id in _ids)
        {
            checks.UnionWith((await _world.OfAsync(id))!.Checks.Select(c => c.OtherId.CompareTo(id) < 0 ? (c.OtherId, id) : (id, c.OtherId)));
        }

        var before = _world.Verifications;
        foreach (var id in _ids)
        {
            await _world.MineAsync(id);
        }

        Assert.Equal(before, _world.Verifications);
        Assert.True(checks.Count > 0);
    }

    [Fact]
    public async Task An_image_of_zeros_in_words_and_one_that_is_unknown_are_no_trouble()
    {
        await _world.IndexAsync(_ids[0], _cnn[0], SparseRow.Empty);
        await _world.IndexAsync(_ids[1], _cnn[1], SparseRow.Empty);
        await _world.MineAsync(_ids[0]);
        await _world.MineAsync(_ids[1]);
        await _world.MineAsync(Guid.NewGuid());

        var lonely = (await _world.OfAsync(_ids[0]))!;
        Assert.Empty(lonely.Sift.Nearest);
        Assert.Equal(PairKinds.CnnOnly, Assert.Single(lonely.Pairs).Kind);
    }

    [Fact]
    public async Task Thousands_of_duplicate_events_add_no_record_change_no_pair_and_verify_nothing_anew()
    {
        await IndexAllAsync();
        var (pairs, verifications) = ((await _world.OfAsync(_ids[0]))!.Pairs, _world.Verifications);
        _world.Published.Clear();

        for (var n = 0; n < 2_000; n++)
        {
            await _world.MineAsync(_ids[0]);
        }

        Assert.Empty(_world.Published);
        Assert.Equal(verifications, _world.Verifications);
        Assert.Equal(pairs, (await _world.OfAsync(_ids[0]))!.Pairs);
        Assert.Equal(Count, await _world.CountNeighbourhoodsAsync());
        await AssertAsBruteForceAsync([.. Enumerable.Range(0, Count)]);
    }

    [Fact]
    public async Task An_image_whose_point_was_written_again_gets_its_embedded_vector_again_and_once()
    {
        await IndexAllAsync();
        _world.Published.Clear();

        await IndexAsync(0);
        await _world.MineAsync(_ids[0]);
        await _world.MineAsync(_ids[0]);

        Assert.Equal(_ids[0], Assert.IsType<IndexVectorEmbedded>(Assert.Single(_world.Published)).ImageId);
    }

    [Fact]
    public async Task An_embedded_vector_that_could_not_be_published_is_published_when_the_event_comes_again()
    {
        await IndexAllAsync();
        await IndexAsync(0);
        _world.Published.Clear();
        _world.BeforePublish = _ => throw new IOException("The process ends here.");
        await Assert.ThrowsAsync<IOException>(() => _world.MineAsync(_ids[0]));
        _world.BeforePublish = _ => { };

        await _world.MineAsync(_ids[0]);

        Assert.Equal(_ids[0], Assert.IsType<IndexVectorEmbedded>(Assert.Single(_world.Published)).ImageId);
    }

    private Task IndexAsync(int i) => _world.IndexAsync(_ids[i], _cnn[i], _sift[i]);

    private async Task IndexAllAsync()
    {
        for (var i = 0; i < Count; i++)
        {
            await IndexAsync(i);
            await _world.MineAsync(_ids[i]);
        }
    }

    private static int[] Shuffled(Random random)
    {
        int[] order = [.. Enumerable.Range(0, Count)];
        random.Shuffle(order);
        return order;
    }

    private Task AssertAsBruteForceAsync(int[] present) => MinedGraph.AssertAsBruteForceAsync(_world, _ids, _cnn, _sift, present);

    /// <summary>Whoever adds up the published changes has the pairs that are stored.</summary>
    private async Task AssertEverythingWasToldAsync()
    {
        var told = new Dictionary<Guid, Dictionary<Guid, MinedPair>>();
        var seen = new Dictionary<Guid, long>();
        foreach (var change in _world.Published.OfType<NeighboursMined>())
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

        foreach (var id in _ids)
        {
            var stored = (await _world.OfAsync(id))!.Pairs;
            Assert.Equal(stored.OrderBy(p => p.OtherId), (told.GetValueOrDefault(id) ?? []).Values.OrderBy(p => p.OtherId));
        }

        Assert.NotEmpty(told);
    }
}
