namespace Pipeline.VectorIndex.Hamming;

/// <summary>
/// Binary codes of one length in memory, searched exactly. Searches may run at the same time, but not while codes are added
/// or removed.
/// </summary>
public interface IHammingIndex
{
    /// <summary>Length of the codes, a multiple of 8.</summary>
    int Bits { get; }

    /// <summary>Codes in the index; equal ones count each.</summary>
    int Count { get; }

    /// <summary>Adds a code.</summary>
    /// <param name="code">Bits/8 bytes.</param>
    /// <returns>Its id: the lowest never used, or one whose code was removed.</returns>
    /// <exception cref="ArgumentException">The code has another length.</exception>
    int Add(ReadOnlySpan<byte> code);

    /// <summary>Removes a code.</summary>
    /// <returns>False if no code has this id.</returns>
    bool Remove(int id);

    /// <summary>The nearest codes, nearest first, equal distances by ascending id.</summary>
    /// <param name="query">Bits/8 bytes.</param>
    /// <param name="limit">Most hits to return, at least 1.</param>
    /// <exception cref="ArgumentException">The query has another length, or the limit is below 1.</exception>
    HammingHit[] Search(ReadOnlySpan<byte> query, int limit);

    /// <summary>All codes within a distance, nearest first, equal distances by ascending id.</summary>
    /// <param name="query">Bits/8 bytes.</param>
    /// <param name="radius">Greatest distance, at least 0.</param>
    /// <exception cref="ArgumentException">The query has another length, or the radius is negative.</exception>
    HammingHit[] SearchRadius(ReadOnlySpan<byte> query, int radius);
}
