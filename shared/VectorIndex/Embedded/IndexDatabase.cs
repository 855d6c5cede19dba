using System.Text.Json;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>
/// The durable side of the embedded index: one SQLite file, written by one thread, read only while opening. The write-ahead
/// log with <c>synchronous=FULL</c> makes a commit survive the process and the power; exclusive locking keeps a second
/// process out, whose memory would not know of our writes.
/// </summary>
internal sealed partial class IndexDatabase : IDisposable
{
    private const int FormatVersion = 3;
    private const int SqliteBusy = 5;

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _upsert;
    private readonly SqliteCommand _updateVectors;
    private readonly SqliteCommand _delete;

    private IndexDatabase(SqliteConnection connection)
    {
        _connection = connection;
        _upsert = Command("""
            INSERT INTO points (collection, id, payload, vectors) VALUES ($collection, $id, $payload, $vectors)
            ON CONFLICT (collection, id) DO UPDATE SET payload = excluded.payload, vectors = excluded.vectors
            """);
        _upsert.Parameters.Add("$collection", SqliteType.Integer);
        _upsert.Parameters.Add("$id", SqliteType.Blob);
        _upsert.Parameters.Add("$payload", SqliteType.Blob);
        _upsert.Parameters.Add("$vectors", SqliteType.Blob);
        _updateVectors = Command("UPDATE points SET vectors = $vectors WHERE collection = $collection AND id = $id");
        _updateVectors.Parameters.Add("$collection", SqliteType.Integer);
        _updateVectors.Parameters.Add("$id", SqliteType.Blob);
        _updateVectors.Parameters.Add("$vectors", SqliteType.Blob);
        _delete = Command("DELETE FROM points WHERE collection = $collection AND id = $id");
        _delete.Parameters.Add("$collection", SqliteType.Integer);
        _delete.Parameters.Add("$id", SqliteType.Blob);
        (_upsertList, _deleteList, _raiseRevision) = CreateGraphCommands();
    }

    /// <summary>Opens the database in a directory, which is created if missing.</summary>
    /// <exception cref="InvalidOperationException">It is open elsewhere, or written by a newer version.</exception>
    /// <exception cref="SqliteException">It cannot be opened, or is no database.</exception>
    public static IndexDatabase Open(string directory)
    {
        Directory.CreateDirectory(directory);
        var file = Path.Combine(directory, "index.db");
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Pooling = false,
            DefaultTimeout = 1,
        }.ToString());
        try
        {
            connection.Open();
            Execute(connection, "PRAGMA page_size = 8192");
            Execute(connection, "PRAGMA locking_mode = EXCLUSIVE");
            Execute(connection, "PRAGMA journal_mode = WAL");
            Execute(connection, "PRAGMA synchronous = FULL");
            Execute(connection, "PRAGMA foreign_keys = ON");
            CreateTables(connection, file);
            return new IndexDatabase(connection);
        }
        catch (SqliteException e) when (e.SqliteErrorCode == SqliteBusy)
        {
            connection.Dispose();
            throw new InvalidOperationException($"The index '{file}' is open in another process, or twice in this one.", e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>All collections with their keys.</summary>
    public List<(long Key, string Name, CollectionSchema Schema)> ReadCollections()
    {
        using var command = Command("SELECT key, name, schema FROM collections");
        using var reader = command.ExecuteReader();
        var collections = new List<(long, string, CollectionSchema)>();
        while (reader.Read())
        {
            var schema = JsonSerializer.Deserialize(reader.GetString(2), IndexJson.Default.CollectionSchema)
                ?? throw new InvalidDataException($"The schema of the collection '{reader.GetString(1)}' is empty.");
            collections.Add((reader.GetInt64(0), reader.GetString(1), schema));
        }

        return collections;
    }

    /// <summary>
    /// All points, in the order they lie on disk, which is by far faster than collection by collection.
    /// </summary>
    /// <exception cref="InvalidDataException">A stored point is damaged.</exception>
    public IEnumerable<(long CollectionKey, PreparedPoint Point)> ReadPoints(Func<long, CollectionSchema> schemaOf)
    {
        var interner = new PayloadInterner();
        using var command = Command("SELECT collection, id, payload, vectors FROM points");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return Decode(reader.Handle!, schemaOf, interner);
        }
    }

    /// <summary>Adds a collection in a transaction of its own and returns its key.</summary>
    public long InsertCollection(string name, CollectionSchema schema)
    {
        using var command = Command("INSERT INTO collections (name, schema) VALUES ($name, $schema) RETURNING key");
        command.Parameters.AddWithValue("$name", name);
        command.Parameters.AddWithValue("$schema", JsonSerializer.Serialize(schema, IndexJson.Default.CollectionSchema));
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>Removes a collection and its points in a transaction of its own.</summary>
    public void DeleteCollection(long key)
    {
        using var command = Command("DELETE FROM collections WHERE key = $key");
        command.Parameters.AddWithValue("$key", key);
        command.ExecuteNonQuery();
    }

    /// <summary>All aliases with the keys of their collections.</summary>
    public List<(string Alias, long CollectionKey)> ReadAliases()
    {
        using var command = Command("SELECT name, collection FROM aliases");
        using var reader = command.ExecuteReader();
        var aliases = new List<(string, long)>();
        while (reader.Read())
        {
            aliases.Add((reader.GetString(0), reader.GetInt64(1)));
        }

        return aliases;
    }

    /// <summary>Lets an alias name a collection, in a transaction of its own.</summary>
    public void SetAlias(string alias, long collectionKey)
    {
        using var command = Command("INSERT OR REPLACE INTO aliases (name, collection) VALUES ($name, $collection)");
        command.Parameters.AddWithValue("$name", alias);
        command.Parameters.AddWithValue("$collection", collectionKey);
        command.ExecuteNonQuery();
    }

    /// <summary>Removes an alias in a transaction of its own.</summary>
    public void DeleteAlias(string alias)
    {
        using var command = Command("DELETE FROM aliases WHERE name = $name");
        command.Parameters.AddWithValue("$name", alias);
        command.ExecuteNonQuery();
    }

    public void Begin() => Execute(_connection, "BEGIN IMMEDIATE");

    public void Commit() => Execute(_connection, "COMMIT");

    /// <summary>Undoes what an open transaction did; SQLite has already done so itself after some errors.</summary>
    public void Rollback()
    {
        if (raw.sqlite3_get_autocommit(_connection.Handle) == 0)
        {
            Execute(_connection, "ROLLBACK");
        }
    }

    public void UpsertPoint(long collectionKey, Guid id, byte[] payload, byte[] vectors)
    {
        _upsert.Parameters[0].Value = collectionKey;
        _upsert.Parameters[1].Value = id.ToByteArray(bigEndian: true);
        _upsert.Parameters[2].Value = payload;
        _upsert.Parameters[3].Value = vectors;
        _upsert.ExecuteNonQuery();
    }

    public void UpdateVectors(long collectionKey, Guid id, byte[] vectors)
    {
        _updateVectors.Parameters[0].Value = collectionKey;
        _updateVectors.Parameters[1].Value = id.ToByteArray(bigEndian: true);
        _updateVectors.Parameters[2].Value = vectors;
        _updateVectors.ExecuteNonQuery();
    }

    public void DeletePoint(long collectionKey, Guid id)
    {
        _delete.Parameters[0].Value = collectionKey;
        _delete.Parameters[1].Value = id.ToByteArray(bigEndian: true);
        _delete.ExecuteNonQuery();
    }

    public void Dispose()
    {
        _upsert.Dispose();
        _updateVectors.Dispose();
        _delete.Dispose();
        _upsertList.Dispose();
        _deleteList.Dispose();
        _raiseRevision.Dispose();
        _connection.Dispose();
    }

    private static void CreateTables(SqliteConnection connection, string file)
    {
        // An exclusive transaction, so that a second process learns at once that it is not alone.
        Execute(connection, "BEGIN EXCLUSIVE");
        using (var command = connection.CreateCommand())
        {
            command.CommandText = "PRAGMA user_version";
            var version = (long)command.ExecuteScalar()!;
            if (version > FormatVersion)
            {
                throw new InvalidOperationException($"The index '{file}' has format {version}; this version reads up to {FormatVersion}.");
            }
        }

        Execute(connection, $"""
            CREATE TABLE IF NOT EXISTS collections (
                key INTEGER PRIMARY KEY AUTOINCREMENT,
                name TEXT NOT NULL UNIQUE,
                schema TEXT NOT NULL);
            CREATE TABLE IF NOT EXISTS points (
                collection INTEGER NOT NULL REFERENCES collections (key) ON DELETE CASCADE,
                id BLOB NOT NULL,
                payload BLOB NOT NULL,
                vectors BLOB NOT NULL,
                PRIMARY KEY (collection, id));
            CREATE TABLE IF NOT EXISTS aliases (
                name TEXT PRIMARY KEY,
                collection INTEGER NOT NULL REFERENCES collections (key) ON DELETE CASCADE) WITHOUT ROWID;
            {GraphTables}
            PRAGMA user_version = {FormatVersion};
            COMMIT;
            """);
    }

    private static (long, PreparedPoint) Decode(sqlite3_stmt row, Func<long, CollectionSchema> schemaOf, PayloadInterner interner)
    {
        // The statement's own memory, valid until the next row: vectors are copied once, not twice.
        var key = raw.sqlite3_column_int64(row, 0);
        var id = new Guid(raw.sqlite3_column_blob(row, 1), bigEndian: true);
        try
        {
            var payload = JsonSerializer.Deserialize(raw.sqlite3_column_blob(row, 2), IndexJson.Default.IndexPayload)
                ?? throw new InvalidDataException("The payload is empty.");
            var vectors = VectorCodec.Decode(schemaOf(key), raw.sqlite3_column_blob(row, 3));
            return (key, new PreparedPoint(id, interner.Intern(payload), vectors));
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw new InvalidDataException($"The stored point {id} is damaged: {e.Message}", e);
        }
    }

    private SqliteCommand Command(string sql)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every statement is a constant of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
