using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts.Events;
using Pipeline.NeighbourMining;
using Pipeline.Neighbours;
using Pipeline.Tests.Unit.Neighbours;
using Xunit;

namespace Pipeline.Tests.Unit.NeighbourMining;

/// <summary>Mining over an index that can only search: what it misses, and that a repair finds all of it.</summary>
public sealed class BoundedMiningTests : IDisposable
{
    private const int Count = 60;
    private const int Dimensions = 16;
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly float[][] _cnn = RandomRows.OutliersAndCluster(seed: 21, Count / 3, Count - (Count / 3), Dimensions);

    // Three images share a word: whoever is near by words gets a look at its other list, too, which would mend most of them.
    private readonly SparseRow[] _sift = [.. Enumerable.Range(0, Count).Select(i => new SparseRow([(uint)i % (Count / 3)], [1]))];
    private readonly Guid[] _ids = [.. Enumerable.Range(0, Count).Select(_ => Guid.NewGuid()).Order()];
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task With_candidates_enough_mining_alone_comes_to_the_lists_of_brute_force()
    {
        await using var world = await MinedAsync(candidates: Count);

        await world.DeleteAsync(_ids[0]);
        await world.MineAsync(_ids[0]);

        await MinedGraph.AssertAsBruteForceAsync(world, _ids, _cnn, _sift, [.. Enumerable.Range(1, Count - 1)]);
    }

    [Fact]
    public async Task With_few_candidates_lists_drift_and_a_repair_mends_them_all_in_turns_and_says_how_many_there_were()
    {
        await using var world = await MinedAsync(candidates: 1);
        var inexact = await MinedGraph.CountInexactAsync(world, _ids, _cnn, _sift);
        Assert.InRange(inexact, 1, Count);
        var metrics = new MiningMetrics(_services.GetRequiredService<IMeterFactory>());
        using var drift = new GaugeReading("pipeline_neighbour_drift");

        var turns = await RepairAsync(world, metrics, Guid.NewGuid());

        Assert.InRange(turns, Count / 7, (Count / 7) + 2);
        var repair = (await world.Repairs.GetAsync(MiningWorld.Collection, None))!;
        Assert.Equal((true, 2 * Count, inexact), (repair.Finished, repair.Lists, repair.Mended));
        Assert.Equal((double)inexact / (2 * Count), repair.Drift);
        Assert.Equal(repair.Drift, drift.Read());
        await MinedGraph.AssertAsBruteForceAsync(world, _ids, _cnn, _sift, [.. Enumerable.Range(0, Count)]);
    }

    [Fact]
    public async Task A_repair_tells_changes_of_pairs_alone_and_the_next_one_finds_nothing()
    {
        await using var world = await MinedAsync(candidates: 1);
        var before = await PairsAsync(world);
        world.Published.Clear();
        var metrics = new MiningMetrics(_services.GetRequiredService<IMeterFactory>());

        await RepairAsync(world, metrics, Guid.NewGuid());

        var after = await PairsAsync(world);
        var told = world.Published.OfType<NeighboursMined>().Select(change => change.ImageId).ToHashSet();
        Assert.Equal(_ids.Where(id => !before[id].SequenceEqual(after[id])), told.Order());
        Assert.True((await world.Repairs.GetAsync(MiningWorld.Collection, None))!.Mended > 0);

        world.Published.Clear();
        await RepairAsync(world, metrics, Guid.NewGuid());
        Assert.Empty(world.Published);
        Assert.Equal(0, (await world.Repairs.GetAsync(MiningWorld.Collection, None))!.Mended);
    }

    [Fact]
    public async Task A_repair_that_breaks_off_goes_on_where_it_was_and_counts_everything_once()
    {
        await using var world = await MinedAsync(candidates: 1);
        var inexact = await MinedGraph.CountInexactAsync(world, _ids, _cnn, _sift);
        var metrics = new MiningMetrics(_services.GetRequiredService<IMeterFactory>());
        var command = Guid.NewGuid();
        await world.Repair(metrics, 7).TurnAsync(MiningWorld.Collection, command, None);
        world.AfterFind = () => throw new IOException("The process ends here.");
        await Assert.ThrowsAsync<IOException>(() => world.Repair(metrics, 7).TurnAsync(MiningWorld.Collection, command, None));
        world.AfterFind = () => Task.CompletedTask;

        // Another command meanwhile is dropped, and the one that is finished does not begin anew.
        Assert.False(await world.Repair(metrics, 7).TurnAsync(MiningWorld.Collection, Guid.NewGuid(), None));
        await RepairAsync(world, metrics, command);
        Assert.False(await world.Repair(metrics, 7).TurnAsync(MiningWorld.Collection, command, None));

        var repair = (await world.Repairs.GetAsync(MiningWorld.Collection, None))!;
        Assert.Equal((command, true, 2 * Count, inexact), (repair.Id, repair.Finished, repair.Lists, repair.Mended));
    }

    private async Task<MiningWorld> MinedAsync(int candidates)
    {
        var world = new MiningWorld(candidates: candidates);
        await world.InitializeAsync(Dimensions);
        for (var i = 0; i < Count; i++)
        {
            await world.IndexAsync(_ids[i], _cnn[i], _sift[i]);
            await world.MineAsync(_ids[i]);
        }

        return world;
    }

    private static async Task<int> RepairAsync(MiningWorld world, MiningMetrics metrics, Guid command)
    {
        var turns = 1;
        while (await world.Repair(metrics, imagesPerTurn: 7).TurnAsync(MiningWorld.Collection, command, None))
        {
            turns++;
        }

        return turns;
    }

    private async Task<Dictionary<Guid, IReadOnlyList<MinedPair>>> PairsAsync(MiningWorld world)
    {
        var pairs = new Dictionary<Guid, IReadOnlyList<MinedPair>>();
        foreach (var id in _ids)
        {
            pairs[id] = (await world.OfAsync(id))!.Pairs;
        }

        return pairs;
    }

    /// <summary>Reads a gauge of this test's metrics.</summary>
    private sealed class GaugeReading : IDisposable
    {
        private readonly MeterListener _listener = new();
        private double _value = double.NaN;

        public GaugeReading(string name)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == name)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>((_, value, _, _) => _value = value);
            _listener.Start();
        }

        public double Read()
        {
            _listener.RecordObservableInstruments();
            return _value;
        }

        public void Dispose() => _listener.Dispose();
    }
}
