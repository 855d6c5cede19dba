namespace Pipeline.Storage;

/// <summary>
/// Conditions and changes that <see cref="IStateStore.TryCommitAsync"/> applies all or nothing. Changes are applied in the
/// order in which they were added. One object is one transaction: it is applied at most once, even when a commit whose
/// answer was lost is repeated with it.
/// </summary>
public sealed class StateTransaction
{
    /// <summary>Largest value of a record: 16 MiB. Larger payloads are blobs.</summary>
    public const int MaxValueLength = 16 * 1024 * 1024;

    /// <summary>Largest step of a counter, 2⁵³: no sequence of steps that anybody could make overflows 64 bits.</summary>
    public const long MaxIncrement = 1L << 53;

    private readonly List<StateCondition> _conditions = [];
    private readonly List<StateChange> _changes = [];
    private int _committed;

    internal Guid Id { get; } = Guid.NewGuid();

    internal IReadOnlyList<StateCondition> Conditions => _conditions;

    internal IReadOnlyList<StateChange> Changes => _changes;

    /// <summary>Whether repeating it after an unknown outcome would be seen: a lost compare-and-set, a counter counted twice.</summary>
    internal bool IsRepeatable => _conditions.Count == 0 && !_changes.Exists(c => c is IncrementCounter);

    /// <summary>Nothing is changed unless the record has this version; 0: unless it is absent.</summary>
    public StateTransaction Expect(StateKey key, long version)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(version);
        _conditions.Add(new ExpectedVersion(key.Validated(), version));
        return this;
    }

    /// <summary>Nothing is changed unless the sorted set has fewer members than this, which is how a bound is kept exactly.</summary>
    public StateTransaction ExpectFewer(StateKey sorted, long members)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(members);
        _conditions.Add(new ExpectedFewer(sorted.Validated(), members));
        return this;
    }

    /// <summary>Stores a record under a new version. The bytes are copied.</summary>
    public StateTransaction Put(StateKey key, ReadOnlyMemory<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, MaxValueLength, nameof(value));
        return Add(new PutRecord(key.Validated(), value.ToArray()));
    }

    /// <summary>Deletes a record; nothing happens if there is none.</summary>
    public StateTransaction Delete(StateKey key) => Add(new DeleteRecord(key.Validated()));

    /// <summary>Adds a member to a set; nothing happens if it is in there.</summary>
    public StateTransaction AddToSet(StateKey set, string member) => Add(new AddMember(set.Validated(), Valid(member)));

    /// <summary>Removes a member from a set; nothing happens if it is not in there.</summary>
    public StateTransaction RemoveFromSet(StateKey set, string member) => Add(new RemoveMember(set.Validated(), Valid(member)));

    /// <summary>Adds a member to a sorted set, or gives it a new score.</summary>
    /// <param name="sorted">The sorted set.</param>
    /// <param name="member">1–512 characters.</param>
    /// <param name="score">A finite number.</param>
    /// <param name="keepHighest">At least 1: afterwards only so many members, those that come first in descending order, are left.</param>
    public StateTransaction AddToSorted(StateKey sorted, string member, double score, int? keepHighest = null)
    {
        if (!double.IsFinite(score))
        {
            throw new ArgumentOutOfRangeException(nameof(score), score, "A score must be finite.");
        }

        if (keepHighest is { } keep)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1, nameof(keepHighest));
        }

        // +0.0 turns a negative zero into zero: both must be the same place in the order.
        return Add(new AddScored(sorted.Validated(), Valid(member), score + 0.0, keepHighest));
    }

    /// <summary>Removes a member from a sorted set; nothing happens if it is not in there.</summary>
    public StateTransaction RemoveFromSorted(StateKey sorted, string member) =>
        Add(new RemoveScored(sorted.Validated(), Valid(member)));

    /// <summary>Adds to a counter, which starts at 0.</summary>
    /// <param name="counter">The counter.</param>
    /// <param name="by">Between −2⁵³ and 2⁵³.</param>
    public StateTransaction Increment(StateKey counter, long by)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(by, MaxIncrement);
        ArgumentOutOfRangeException.ThrowIfLessThan(by, -MaxIncrement);
        return Add(new IncrementCounter(counter.Validated(), by));
    }

    /// <summary>Takes a counter back to 0, as if it had never been.</summary>
    public StateTransaction Reset(StateKey counter) => Add(new ResetCounter(counter.Validated()));

    internal void ThrowIfCommitted()
    {
        if (Volatile.Read(ref _committed) != 0)
        {
            throw new InvalidOperationException("This transaction was committed already; build a new one.");
        }
    }

    internal void MarkCommitted() => Volatile.Write(ref _committed, 1);

    private static string Valid(string member)
    {
        StateKey.ValidateText(member, nameof(member));
        return member;
    }

    private StateTransaction Add(StateChange change)
    {
        ThrowIfCommitted();
        _changes.Add(change);
        return this;
    }
}
