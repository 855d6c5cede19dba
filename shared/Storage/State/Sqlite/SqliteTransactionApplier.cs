using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Pipeline.Storage;

/// <summary>
/// Checks and applies state transactions on the writing connection, several within one SQLite transaction. Used by one
/// thread at a time.
/// </summary>
internal sealed class SqliteTransactionApplier : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly List<SqliteStatement> _statements = [];
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _rollback;
    private readonly SqliteStatement _readClock;
    private readonly SqliteStatement _writeClock;
    private readonly SqliteStatement _version;
    private readonly SqliteStatement _count;
    private readonly SqliteStatement _put;
    private readonly SqliteStatement _delete;
    private readonly SqliteStatement _addMember;
    private readonly SqliteStatement _removeMember;
    private readonly SqliteStatement _addScored;
    private readonly SqliteStatement _trimScored;
    private readonly SqliteStatement _removeScored;
    private readonly SqliteStatement _increment;
    private readonly SqliteStatement _reset;
    private long _clock;
    private long _clockAtBegin;

    public SqliteTransactionApplier(SqliteConnection connection)
    {
        _connection = connection;
        _begin = Prepare("BEGIN IMMEDIATE", 0);
        _commit = Prepare("COMMIT", 0);
        _rollback = Prepare("ROLLBACK", 0);
        _readClock = Prepare("SELECT version FROM clock", 0);
        _writeClock = Prepare("UPDATE clock SET version = $1", 1);
        _version = Prepare("SELECT version FROM record WHERE tbl = $1 AND id = $2", 2);
        _count = Prepare("SELECT COUNT(*) FROM scored WHERE tbl = $1 AND id = $2", 2);
        _put = Prepare("INSERT INTO record VALUES ($1, $2, $3, $4) ON CONFLICT DO UPDATE SET version = $3, value = $4", 4);
        _delete = Prepare("DELETE FROM record WHERE tbl = $1 AND id = $2", 2);
        _addMember = Prepare("INSERT INTO member VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", 3);
        _removeMember = Prepare("DELETE FROM member WHERE tbl = $1 AND id = $2 AND member = $3", 3);
        _addScored = Prepare("INSERT INTO scored VALUES ($1, $2, $3, $4) ON CONFLICT DO UPDATE SET score = $4", 4);
        _trimScored = Prepare(
            """
            DELETE FROM scored WHERE tbl = $1 AND id = $2 AND member IN
                (SELECT member FROM scored WHERE tbl = $1 AND id = $2 ORDER BY score DESC, member DESC LIMIT -1 OFFSET $3)
            """,
            3);
        _removeScored = Prepare("DELETE FROM scored WHERE tbl = $1 AND id = $2 AND member = $3", 3);
        _increment = Prepare("INSERT INTO counter VALUES ($1, $2, $3) ON CONFLICT DO UPDATE SET value = value + $3", 3);
        _reset = Prepare("DELETE FROM counter WHERE tbl = $1 AND id = $2", 2);
        _clock = (long)_readClock.Scalar()!;
    }

    public void Begin()
    {
        _begin.Execute();
        _clockAtBegin = _clock;
    }

    public void Commit()
    {
        if (_clock != _clockAtBegin)
        {
            _writeClock.Execute(_clock);
        }

        _commit.Execute();
    }

    public void Rollback()
    {
        _clock = _clockAtBegin;
        // SQLite has rolled back by itself after some errors, a full disk for one.
        if (raw.sqlite3_get_autocommit(_connection.Handle) == 0)
        {
            _rollback.Execute();
        }
    }

    /// <summary>False, and nothing done, if a condition does not hold: they are all checked before the first change.</summary>
    public bool TryApply(StateTransaction transaction)
    {
        foreach (var condition in transaction.Conditions)
        {
            if (!Holds(condition))
            {
                return false;
            }
        }

        foreach (var change in transaction.Changes)
        {
            Apply(change);
        }

        return true;
    }

    public void Dispose() => _statements.ForEach(s => s.Dispose());

    private bool Holds(StateCondition condition)
    {
        var (table, id) = condition.Key;
        return condition switch
        {
            ExpectedVersion expected => ((long?)_version.Scalar(table, id) ?? 0) == expected.Version,
            ExpectedFewer expected => (long)_count.Scalar(table, id)! < expected.Members,
            _ => throw new NotSupportedException($"{condition.GetType().Name} is not known here."),
        };
    }

    private void Apply(StateChange change)
    {
        var (table, id) = change.Key;
        switch (change)
        {
            case PutRecord put:
                _put.Execute(table, id, ++_clock, put.Value);
                break;
            case DeleteRecord:
                _delete.Execute(table, id);
                break;
            case AddMember add:
                _addMember.Execute(table, id, add.Member);
                break;
            case RemoveMember remove:
                _removeMember.Execute(table, id, remove.Member);
                break;
            case AddScored add:
                _addScored.Execute(table, id, add.Member, add.Score);
                if (add.KeepHighest is { } keep)
                {
                    _trimScored.Execute(table, id, (long)keep);
                }

                break;
            case RemoveScored remove:
                _removeScored.Execute(table, id, remove.Member);
                break;
            case IncrementCounter increment:
                _increment.Execute(table, id, increment.By);
                break;
            case ResetCounter:
                _reset.Execute(table, id);
                break;
            default:
                throw new NotSupportedException($"{change.GetType().Name} is not known here.");
        }
    }

    private SqliteStatement Prepare(string sql, int parameters)
    {
        var statement = new SqliteStatement(_connection, sql, parameters);
        _statements.Add(statement);
        return statement;
    }
}
