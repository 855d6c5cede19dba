using Microsoft.Data.Sqlite;

namespace Pipeline.Storage;

/// <summary>A reading connection with its prepared statements. Used by one thread at a time.</summary>
internal sealed class SqliteReader : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _end;
    private readonly SqliteStatement _get;
    private readonly SqliteStatement _scan;
    private readonly SqliteStatement _members;
    private readonly SqliteStatement _isMember;
    private readonly SqliteStatement _ascending;
    private readonly SqliteStatement _ascendingAfter;
    private readonly SqliteStatement _descending;
    private readonly SqliteStatement _descendingAfter;
    private readonly SqliteStatement _count;
    private readonly SqliteStatement _counter;

    public SqliteReader(string path)
    {
        _connection = SqliteSchema.Open(path, writer: false);
        _begin = new(_connection, "BEGIN", 0);
        _end = new(_connection, "COMMIT", 0);
        _get = new(_connection, "SELECT version, value FROM record WHERE tbl = $1 AND id = $2", 2);
        _scan = new(_connection, "SELECT id, version, value FROM record WHERE tbl = $1 AND id > $2 ORDER BY id LIMIT $3", 3);
        _members = new(_connection, "SELECT member FROM member WHERE tbl = $1 AND id = $2 ORDER BY member", 2);
        _isMember = new(_connection, "SELECT 1 FROM member WHERE tbl = $1 AND id = $2 AND member = $3", 3);
        const string Scored = "SELECT member, score FROM scored WHERE tbl = $1 AND id = $2";
        _ascending = new(_connection, $"{Scored} ORDER BY score, member LIMIT $3", 3);
        _ascendingAfter = new(_connection, $"{Scored} AND (score, member) > ($4, $5) ORDER BY score, member LIMIT $3", 5);
        _descending = new(_connection, $"{Scored} ORDER BY score DESC, member DESC LIMIT $3", 3);
        _descendingAfter = new(_connection, $"{Scored} AND (score, member) < ($4, $5) ORDER BY score DESC, member DESC LIMIT $3", 5);
        _count = new(_connection, "SELECT COUNT(*) FROM scored WHERE tbl = $1 AND id = $2", 2);
        _counter = new(_connection, "SELECT value FROM counter WHERE tbl = $1 AND id = $2", 2);
    }

    public StateRecord? Get(StateKey key)
    {
        var rows = _get.Query(r => new StateRecord(r.GetFieldValue<byte[]>(1), r.GetInt64(0)), key.Table, key.Id);
        return rows.Count == 0 ? null : rows[0];
    }

    public IReadOnlyList<StateRecord?> GetMany(IReadOnlyList<StateKey> keys)
    {
        // One read transaction is one snapshot.
        _begin.Execute();
        try
        {
            return [.. keys.Select(Get)];
        }
        finally
        {
            _end.Execute();
        }
    }

    public List<StateEntry> Scan(string table, string after, int limit) => _scan.Query(
        r => new StateEntry(r.GetString(0), new StateRecord(r.GetFieldValue<byte[]>(2), r.GetInt64(1))), table, after, (long)limit);

    public IReadOnlyList<string> Members(StateKey set) => _members.Query(r => r.GetString(0), set.Table, set.Id);

    public bool IsMember(StateKey set, string member) => _isMember.Scalar(set.Table, set.Id, member) is not null;

    public IReadOnlyList<ScoredMember> Range(StateKey sorted, SortedRange range)
    {
        static ScoredMember Read(SqliteDataReader r) => new(r.GetString(0), r.GetDouble(1));

        var limit = (long)range.Limit;
        return range.After is { } after
            ? (range.Descending ? _descendingAfter : _ascendingAfter).Query(Read, sorted.Table, sorted.Id, limit, after.Score, after.Member)
            : (range.Descending ? _descending : _ascending).Query(Read, sorted.Table, sorted.Id, limit);
    }

    public long Count(StateKey sorted) => (long)_count.Scalar(sorted.Table, sorted.Id)!;

    public long Counter(StateKey counter) => (long?)_counter.Scalar(counter.Table, counter.Id) ?? 0;

    public void Dispose()
    {
        SqliteStatement[] statements =
            [_begin, _end, _get, _scan, _members, _isMember, _ascending, _ascendingAfter, _descending, _descendingAfter, _count, _counter];
        foreach (var statement in statements)
        {
            statement.Dispose();
        }

        _connection.Dispose();
    }
}
