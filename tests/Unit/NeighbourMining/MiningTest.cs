using Pipeline.Neighbours;
using Pipeline.Tests.Unit.Neighbours;
using Xunit;

namespace Pipeline.Tests.Unit.NeighbourMining;

/// <summary>A class of tests of mining, each on images of random features of their own.</summary>
public abstract class MiningTest : IAsyncLifetime
{
    private protected const int Count = 40;
    private protected static readonly CancellationToken None = CancellationToken.None;
    private const int Dimensions = 5;

    // Coarse vectors: many similarities are equal, and ties must be broken as brute force breaks them.
    private protected float[][] Cnn { get; } = RandomRows.Dense(seed: 11, Count, Dimensions, coarse: true);

    private protected SparseRow[] Sift { get; } = RandomRows.Sparse(seed: 12, Count, dimensions: 40, entries: 5, coarse: true);

    private protected Guid[] Ids { get; } = [.. Enumerable.Range(0, Count).Select(_ => Guid.NewGuid()).Order()];

    private protected MiningWorld World { get; } = new();

    public Task InitializeAsync() => World.InitializeAsync(Dimensions);

    public async Task DisposeAsync() => await World.DisposeAsync();

    private protected Task IndexAsync(int i) => World.IndexAsync(Ids[i], Cnn[i], Sift[i]);

    private protected async Task IndexAllAsync()
    {
        for (var i = 0; i < Count; i++)
        {
            await IndexAsync(i);
            await World.MineAsync(Ids[i]);
        }
    }
}
