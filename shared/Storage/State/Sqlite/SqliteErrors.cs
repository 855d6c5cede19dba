using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Pipeline.Storage;

/// <summary>Tells SQLite errors that mean "the disk or the file does not work" from bugs.</summary>
internal static class SqliteErrors
{
    /// <summary>Whether the error comes from the outside and may go away.</summary>
    public static bool IsUnavailable(SqliteException e) => e.SqliteErrorCode is
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_NOMEM or raw.SQLITE_READONLY or raw.SQLITE_IOERR or raw.SQLITE_CORRUPT
        or raw.SQLITE_FULL or raw.SQLITE_CANTOPEN or raw.SQLITE_PROTOCOL or raw.SQLITE_NOTADB;

    /// <summary>The exception that callers of the store see.</summary>
    public static StorageUnavailableException ToUnavailable(SqliteException e) =>
        new($"The state file does not work: {e.Message}", e);
}
