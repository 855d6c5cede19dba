using Pipeline.Tests.Unit.VectorIndex.Contract;
using Pipeline.VectorIndex;

namespace Pipeline.Tests.Unit.VectorIndex;

/// <summary>The embedded index, as the contract's tests see it.</summary>
internal sealed class OpenedDirectory(IndexDirectory directory) : IOpenedIndex
{
    public IVectorIndex Index => directory.Index;

    public bool FindsZeroScores => true;

    public bool KeepsEmptyVectors => true;

    public Task ReopenAsync() => directory.ReopenAsync();

    public ValueTask DisposeAsync() => directory.DisposeAsync();
}
