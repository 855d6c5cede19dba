namespace Pipeline.Storage;

/// <summary>Puts a transaction into the form that the commit script reads.</summary>
internal sealed class RedisCommitArguments
{
    private readonly List<string> _keys = [];
    private readonly Dictionary<string, string> _indices = new(StringComparer.Ordinal);
    private readonly List<object> _arguments = [];
    private readonly RedisKeys _names;

    private RedisCommitArguments(RedisKeys names) => _names = names;

    /// <summary>Script hash, number of keys, keys, arguments: what EVALSHA takes; EVAL takes the source in the first place.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="names">The keys' names.</param>
    /// <param name="remembered">How long it is remembered.</param>
    /// <param name="always">Also if repeating it would not be seen: it is remembered so that the repetition writes, too.</param>
    public static object[] Of(StateTransaction transaction, RedisKeys names, TimeSpan remembered, bool always = false)
    {
        var commit = new RedisCommitArguments(names);
        commit.IndexOf(names.Clock);
        commit.IndexOf(names.Marker(transaction.Id));
        commit._arguments.Add(RedisScripts.Number(transaction.IsRepeatable && !always ? 0 : (long)remembered.TotalMilliseconds));
        commit._arguments.Add(RedisScripts.Number(transaction.Conditions.Count));
        foreach (var condition in transaction.Conditions)
        {
            commit.Add(condition);
        }

        foreach (var change in transaction.Changes)
        {
            commit.Add(change);
        }

        return [RedisScripts.Commit.Hash, RedisScripts.Number(commit._keys.Count), .. commit._keys, .. commit._arguments];
    }

    private void Add(StateCondition condition) => _arguments.AddRange(condition switch
    {
        ExpectedVersion expected => [RedisScripts.VersionCode, IndexOf(_names.Record(expected.Key)), RedisScripts.Number(expected.Version)],
        ExpectedFewer expected => (object[])[RedisScripts.FewerCode, IndexOf(_names.Sorted(expected.Key)), RedisScripts.Number(expected.Members)],
        _ => throw new NotSupportedException($"{condition.GetType().Name} is not known here."),
    });

    private void Add(StateChange change) => _arguments.AddRange(change switch
    {
        PutRecord put => [RedisScripts.PutCode, Record(put), Table(put), put.Key.Id, put.Value],
        DeleteRecord delete => [RedisScripts.DeleteCode, Record(delete), Table(delete), delete.Key.Id],
        AddMember add => [RedisScripts.AddMemberCode, IndexOf(_names.Set(add.Key)), add.Member],
        RemoveMember remove => [RedisScripts.RemoveMemberCode, IndexOf(_names.Set(remove.Key)), remove.Member],
        AddScored add => (object[])
        [
            RedisScripts.AddScoredCode, IndexOf(_names.Sorted(add.Key)), add.Member,
            RedisScripts.Number(add.Score), RedisScripts.Number(add.KeepHighest ?? 0),
        ],
        RemoveScored remove => [RedisScripts.RemoveScoredCode, IndexOf(_names.Sorted(remove.Key)), remove.Member],
        IncrementCounter increment => [RedisScripts.IncrementCode, IndexOf(_names.Counter(increment.Key)), RedisScripts.Number(increment.By)],
        ResetCounter reset => [RedisScripts.ResetCode, IndexOf(_names.Counter(reset.Key))],
        _ => throw new NotSupportedException($"{change.GetType().Name} is not known here."),
    });

    private string Record(StateChange change) => IndexOf(_names.Record(change.Key));

    private string Table(StateChange change) => IndexOf(_names.Table(change.Key.Table));

    private string IndexOf(string key)
    {
        if (!_indices.TryGetValue(key, out var index))
        {
            _keys.Add(key);
            index = RedisScripts.Number(_keys.Count);
            _indices.Add(key, index);
        }

        return index;
    }
}
