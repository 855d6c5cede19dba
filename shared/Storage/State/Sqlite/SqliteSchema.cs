using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Pipeline.Storage;

/// <summary>Opens connections to the state file and creates its tables.</summary>
internal static class SqliteSchema
{
    private const long Version = 1;

    // The default collation, BINARY, compares UTF-8 bytes: the code-point order that the contract promises.
    private const string Tables = """
        CREATE TABLE record (tbl TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, value BLOB NOT NULL,
            PRIMARY KEY (tbl, id)) WITHOUT ROWID;
        CREATE TABLE member (tbl TEXT NOT NULL, id TEXT NOT NULL, member TEXT NOT NULL, PRIMARY KEY (tbl, id, member)) WITHOUT ROWID;
        CREATE TABLE scored (tbl TEXT NOT NULL, id TEXT NOT NULL, member TEXT NOT NULL, score REAL NOT NULL,
            PRIMARY KEY (tbl, id, member)) WITHOUT ROWID;
        CREATE UNIQUE INDEX scored_order ON scored (tbl, id, score, member);
        CREATE TABLE counter (tbl TEXT NOT NULL, id TEXT NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (tbl, id)) WITHOUT ROWID;
        CREATE TABLE clock (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL);
        INSERT INTO clock VALUES (1, 0);
        """;

    public static SqliteConnection Open(string path, bool writer)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
            DefaultTimeout = 5,
        }.ConnectionString);
        try
        {
            connection.Open();
            // FULL: a commit returns after its fsync. The page cache of a reader is small, the system's cache serves them all.
            Execute(connection, writer
                ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000;"
                : "PRAGMA query_only=ON; PRAGMA cache_size=-4000;");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public static void Create(SqliteConnection writer)
    {
        using var read = writer.CreateCommand();
        read.CommandText = "PRAGMA user_version";
        var version = Convert.ToInt64(read.ExecuteScalar(), CultureInfo.InvariantCulture);
        if (version == 0)
        {
            Execute(writer, string.Create(CultureInfo.InvariantCulture, $"BEGIN IMMEDIATE; {Tables} PRAGMA user_version={Version}; COMMIT;"));
        }
        else if (version != Version)
        {
            throw new InvalidDataException($"The state file has format {version}; this program knows format {Version}.");
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
