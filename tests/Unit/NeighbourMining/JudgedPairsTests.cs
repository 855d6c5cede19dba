using Pipeline.Catalog;
using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Neighbours;
using Xunit;

namespace Pipeline.Tests.Unit.NeighbourMining;

/// <summary>What people say of pairs counts above geometry.</summary>
public sealed class JudgedPairsTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Noon = new(2025, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly Guid[] _ids = [.. Enumerable.Range(0, 3).Select(_ => Guid.NewGuid()).Order()];
    private readonly MiningWorld _world = new(new MiningOptions { CnnNeighbours = 3, SiftNeighbours = 3, ReturnNeighbours = 5 });

    public async Task InitializeAsync()
    {
        await _world.InitializeAsync(2);
        for (var i = 0; i < _ids.Length; i++)
        {
            var angle = i * 0.1f;
            await _world.IndexAsync(_ids[i], [MathF.Cos(angle), MathF.Sin(angle)], new SparseRow([1u, (uint)(2 + i)], [1f, 0.5f]));
        }
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Who_are_not_the_same_form_no_pair_and_do_not_pull_each_other_although_geometry_says_so()
    {
        await MineAllAsync();
        Assert.True(Pair(await _world.OfAsync(_ids[0]), 1)!.Verified);

        await JudgeAsync(PairVerdicts.NotSame);

        foreach (var (image, other) in ((int, int)[])[(0, 1), (1, 0)])
        {
            var mined = (await _world.OfAsync(_ids[image]))!;
            Assert.Null(Pair(mined, other));
            Assert.DoesNotContain(_ids[other], mined.Pulls);
            Assert.NotNull(Pair(mined, 2));
        }

        // Who learns from pairs is told that this one ended.
        Assert.Contains(_world.Published.OfType<NeighboursMined>(), told => told.ImageId == _ids[0] && told.Removed.Contains(_ids[1]));
    }

    [Fact]
    public async Task The_same_are_verified_although_geometry_says_no_and_it_is_not_asked()
    {
        _world.SameSubject = (_, _) => false;
        await NoteAsync(PairVerdicts.Same, Noon);
        await MineAllAsync();

        var mined = (await _world.OfAsync(_ids[0]))!;
        Assert.True(Pair(mined, 1)!.Verified);
        Assert.Contains(_ids[1], mined.Pulls);
        Assert.False(Pair(mined, 2)!.Verified);
        Assert.DoesNotContain(mined.Checks, check => check.OtherId == _ids[1]);
    }

    [Theory]
    [InlineData(PairVerdicts.Same)]
    [InlineData(PairVerdicts.NotSame)]
    public async Task A_verdict_survives_mining_anew_and_when_it_is_withdrawn_geometry_decides_as_before(string verdict)
    {
        _world.SameSubject = (_, _) => verdict == PairVerdicts.NotSame;
        await MineAllAsync();
        var before = await _world.OfAsync(_ids[0]);
        await JudgeAsync(verdict);
        await MineAllAsync();
        Assert.Equal(verdict == PairVerdicts.Same, Pair(await _world.OfAsync(_ids[0]), 1)?.Verified ?? false);

        await JudgeAsync(PairVerdicts.Withdrawn, Noon.AddMinutes(1));

        var after = await _world.OfAsync(_ids[0]);
        Assert.Equal(before!.Pairs, after!.Pairs);
        Assert.Equal(before.Pulls, after.Pulls);
    }

    private static MinedPair? Pair(Neighbourhood? mined, Guid other) => mined?.Pairs.FirstOrDefault(pair => pair.OtherId == other);

    private MinedPair? Pair(Neighbourhood? mined, int other) => Pair(mined, _ids[other]);

    private async Task MineAllAsync()
    {
        foreach (var id in _ids)
        {
            await _world.MineAsync(id);
        }
    }

    private async Task JudgeAsync(string verdict, DateTimeOffset? at = null)
    {
        await NoteAsync(verdict, at ?? Noon);
        await _world.Miner().RefreshAsync(MiningWorld.Collection, [_ids[0], _ids[1]], arrival: null, None);
    }

    private async Task NoteAsync(string verdict, DateTimeOffset at)
    {
        foreach (var (image, other) in ((int, int)[])[(0, 1), (1, 0)])
        {
            await _world.Images.UpdateAsync(MiningWorld.Collection, _ids[image], record => record!.With(new PairVerdict(_ids[other], 1, verdict, "otto", at)), None);
        }
    }
}
