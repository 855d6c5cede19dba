namespace Pipeline.Storage;

/// <summary>A member of a sorted set with its score.</summary>
/// <param name="Member">1–512 characters.</param>
/// <param name="Score">A finite number.</param>
public readonly record struct ScoredMember(string Member, double Score);

/// <summary>
/// Which members of a sorted set to return. The order is by score, equal scores by member (code points); descending is
/// exactly the reverse of ascending.
/// </summary>
public sealed record SortedRange
{
    /// <summary>Highest score first; false, the default: lowest first.</summary>
    public bool Descending { get; init; }

    /// <summary>Only what comes behind this place in the order. It need not be a member any more.</summary>
    public ScoredMember? After { get; init; }

    /// <summary>At most so many members, 1–100 000.</summary>
    public int Limit { get; init; } = 1000;

    internal SortedRange Validated()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Limit, 100_000);
        return this;
    }
}
