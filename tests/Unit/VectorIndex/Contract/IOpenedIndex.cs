using Pipeline.VectorIndex;

namespace Pipeline.Tests.Unit.VectorIndex.Contract;

/// <summary>An index of a test's own, removed afterwards.</summary>
public interface IOpenedIndex : IAsyncDisposable
{
    /// <summary>The index; another object after <see cref="ReopenAsync"/>.</summary>
    IVectorIndex Index { get; }

    /// <summary>True if a point is found that shares indices with a sparse query, but whose products add up to zero.</summary>
    bool FindsZeroScores { get; }

    /// <summary>True if a point keeps a sparse vector without any entry.</summary>
    bool KeepsEmptyVectors { get; }

    /// <summary>Closes the index and opens it again with what it holds, as a restart does.</summary>
    Task ReopenAsync();
}
