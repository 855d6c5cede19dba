using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>
/// Nearest-neighbour graphs. A point that a graph has woven in has a row here, removed in the transaction that changes the
/// point's vector or tenant; so a point without a row is yet to be woven in, and a list that names one is out of date.
/// </summary>
internal sealed partial class IndexDatabase
{
    // One revision for all graphs, kept apart from them: it must grow even over the dropping of a collection.
    private const string GraphTables = """
        CREATE TABLE IF NOT EXISTS graphs (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            collection INTEGER NOT NULL REFERENCES collections (key) ON DELETE CASCADE,
            space INTEGER NOT NULL,
            k INTEGER NOT NULL,
            UNIQUE (collection, space));
        CREATE TABLE IF NOT EXISTS lists (
            graph INTEGER NOT NULL REFERENCES graphs (key) ON DELETE CASCADE,
            id BLOB NOT NULL,
            revision INTEGER NOT NULL,
            entries BLOB NOT NULL,
            PRIMARY KEY (graph, id)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS graph_revision (one INTEGER PRIMARY KEY CHECK (one = 1), revision INTEGER NOT NULL);
        INSERT OR IGNORE INTO graph_revision (one, revision) VALUES (1, 0);
        """;

    private readonly SqliteCommand _upsertList;
    private readonly SqliteCommand _deleteList;
    private readonly SqliteCommand _raiseRevision;

    /// <summary>All graphs: their keys, collections' keys and spaces' ordinals.</summary>
    public List<(long Key, long CollectionKey, int Ordinal)> ReadGraphs()
    {
        using var command = Command("SELECT key, collection, space FROM graphs");
        using var reader = command.ExecuteReader();
        var graphs = new List<(long, long, int)>();
        while (reader.Read())
        {
            graphs.Add((reader.GetInt64(0), reader.GetInt64(1), reader.GetInt32(2)));
        }

        return graphs;
    }

    /// <summary>The greatest revision a list was ever given.</summary>
    public long ReadRevision()
    {
        using var command = Command("SELECT revision FROM graph_revision");
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>The graph of a space; one of another k is removed. In transactions of their own.</summary>
    /// <returns>The graph's key.</returns>
    public long EnsureGraph(long collectionKey, int ordinal, int k)
    {
        using var delete = Command("DELETE FROM graphs WHERE collection = $collection AND space = $space AND k <> $k");
        using var ensure = Command("""
            INSERT INTO graphs (collection, space, k) VALUES ($collection, $space, $k)
            ON CONFLICT (collection, space) DO UPDATE SET k = excluded.k RETURNING key
            """);
        foreach (var command in new[] { delete, ensure })
        {
            command.Parameters.AddWithValue("$collection", collectionKey);
            command.Parameters.AddWithValue("$space", ordinal);
            command.Parameters.AddWithValue("$k", k);
        }

        delete.ExecuteNonQuery();
        return (long)ensure.ExecuteScalar()!;
    }

    /// <summary>The lists of a graph.</summary>
    public IEnumerable<StoredList> ReadLists(long graphKey)
    {
        using var command = Command("SELECT id, revision, entries FROM lists WHERE graph = $graph");
        command.Parameters.AddWithValue("$graph", graphKey);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return Decode(reader.Handle!);
        }

        static StoredList Decode(sqlite3_stmt row) => new(
            new Guid(raw.sqlite3_column_blob(row, 0), bigEndian: true),
            raw.sqlite3_column_int64(row, 1),
            raw.sqlite3_column_blob(row, 2).ToArray());
    }

    public void UpsertList(long graphKey, in StoredList list)
    {
        _upsertList.Parameters[0].Value = graphKey;
        _upsertList.Parameters[1].Value = list.Id.ToByteArray(bigEndian: true);
        _upsertList.Parameters[2].Value = list.Revision;
        _upsertList.Parameters[3].Value = list.Entries;
        _upsertList.ExecuteNonQuery();
    }

    public void DeleteList(long graphKey, Guid id)
    {
        _deleteList.Parameters[0].Value = graphKey;
        _deleteList.Parameters[1].Value = id.ToByteArray(bigEndian: true);
        _deleteList.ExecuteNonQuery();
    }

    /// <summary>Notes that revisions up to this one may have been given.</summary>
    public void RaiseRevision(long revision)
    {
        _raiseRevision.Parameters[0].Value = revision;
        _raiseRevision.ExecuteNonQuery();
    }

    private (SqliteCommand Upsert, SqliteCommand Delete, SqliteCommand Raise) CreateGraphCommands()
    {
        var upsert = Command("""
            INSERT INTO lists (graph, id, revision, entries) VALUES ($graph, $id, $revision, $entries)
            ON CONFLICT (graph, id) DO UPDATE SET revision = excluded.revision, entries = excluded.entries
            """);
        upsert.Parameters.Add("$graph", SqliteType.Integer);
        upsert.Parameters.Add("$id", SqliteType.Blob);
        upsert.Parameters.Add("$revision", SqliteType.Integer);
        upsert.Parameters.Add("$entries", SqliteType.Blob);
        var delete = Command("DELETE FROM lists WHERE graph = $graph AND id = $id");
        delete.Parameters.Add("$graph", SqliteType.Integer);
        delete.Parameters.Add("$id", SqliteType.Blob);
        var raise = Command("UPDATE graph_revision SET revision = $revision WHERE revision < $revision");
        raise.Parameters.Add("$revision", SqliteType.Integer);
        return (upsert, delete, raise);
    }
}
