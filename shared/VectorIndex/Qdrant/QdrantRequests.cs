using Pipeline.Storage;
using Pipeline.VectorIndex.Qdrant.Wire;

namespace Pipeline.VectorIndex.Qdrant;

/// <summary>Qdrant's requests as methods. Collections are called by their names here; on the server they have the prefix in front.</summary>
internal sealed class QdrantRequests(QdrantClient client, QdrantOptions options)
{
    // A search that nobody waits for any more need not go on.
    private readonly string _read = $"?timeout={Math.Ceiling(options.Timeout.TotalSeconds)}"
        + (options.ReadConsistency.Length == 0 ? "" : $"&consistency={options.ReadConsistency}");

    private readonly string _write = $"?wait=true&ordering={options.Ordering switch
    {
        QdrantOrdering.Weak => "weak",
        QdrantOrdering.Medium => "medium",
        _ => "strong",
    }}";

    private static QdrantJson Json => QdrantJson.Default;

    public Task<CollectionInfo> InfoAsync(string collection, CancellationToken ct) =>
        client.SendAsync(HttpMethod.Get, Path(collection), Json.CollectionInfoEnvelope, ct);

    public Task CreateAsync(string collection, CreateCollection request, CancellationToken ct) =>
        client.SendAsync(HttpMethod.Put, Path(collection), request, Json.CreateCollection, Json.BooleanEnvelope, ct);

    public async Task CreateIndexAsync(string collection, CreateFieldIndex request, CancellationToken ct) => Check(
        await client.SendAsync(HttpMethod.Put, Path(collection) + "/index" + _write, request, Json.CreateFieldIndex, Json.UpdateResultEnvelope, ct));

    /// <summary>Removes a collection; false if there was none.</summary>
    public Task<bool> DeleteAsync(string collection, CancellationToken ct) =>
        client.SendAsync(HttpMethod.Delete, Path(collection), Json.BooleanEnvelope, ct);

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken ct)
    {
        var list = await client.SendAsync(HttpMethod.Get, "collections", Json.CollectionListEnvelope, ct);
        return
        [
            .. list.Collections.Select(collection => collection.Name)
                .Where(name => name.StartsWith(options.Prefix, StringComparison.Ordinal))
                .Select(name => name[options.Prefix.Length..])
                .Order(StringComparer.Ordinal),
        ];
    }

    public async Task<IReadOnlyDictionary<string, string>> AliasesAsync(CancellationToken ct)
    {
        var list = await client.SendAsync(HttpMethod.Get, "aliases", Json.AliasListEnvelope, ct);
        return list.Aliases
            .Where(alias => alias.AliasName.StartsWith(options.Prefix, StringComparison.Ordinal)
                && alias.CollectionName.StartsWith(options.Prefix, StringComparison.Ordinal))
            .ToDictionary(alias => alias.AliasName[options.Prefix.Length..], alias => alias.CollectionName[options.Prefix.Length..]);
    }

    /// <summary>Takes an alias from what it names, and gives it to a collection if there is one to name.</summary>
    public Task ChangeAliasAsync(string alias, string? collection, CancellationToken ct)
    {
        var name = options.Prefix + alias;
        var actions = new List<AliasAction> { new() { DeleteAlias = new AliasName(name) } };
        if (collection is not null)
        {
            actions.Add(new() { CreateAlias = new AliasDescription { AliasName = name, CollectionName = options.Prefix + collection } });
        }

        return client.SendAsync(
            HttpMethod.Post, "collections/aliases", new ChangeAliases { Actions = actions }, Json.ChangeAliases, Json.BooleanEnvelope, ct);
    }

    public async Task UpsertAsync(string collection, IReadOnlyList<Point> points, CancellationToken ct) => Check(await client.SendAsync(
        HttpMethod.Put, Path(collection) + "/points" + _write, new UpsertPoints { Points = points }, Json.UpsertPoints, Json.UpdateResultEnvelope, ct));

    public async Task UpdateAsync(string collection, IReadOnlyList<UpdateOperation> operations, CancellationToken ct)
    {
        var results = await client.SendAsync(
            HttpMethod.Post,
            Path(collection) + "/points/batch" + _write,
            new UpdatePoints { Operations = operations },
            Json.UpdatePoints,
            Json.UpdateResultsEnvelope,
            ct);
        foreach (var result in results)
        {
            Check(result);
        }
    }

    public async Task DeletePointsAsync(string collection, IReadOnlyList<Guid> ids, CancellationToken ct) => Check(await client.SendAsync(
        HttpMethod.Post, Path(collection) + "/points/delete" + _write, new DeletePoints { Points = ids }, Json.DeletePoints, Json.UpdateResultEnvelope, ct));

    public Task<IReadOnlyList<Point>> GetAsync(
        string collection, IReadOnlyList<Guid> ids, bool withVector, bool withPayload, CancellationToken ct) => client.SendAsync(
            HttpMethod.Post,
            Path(collection) + "/points" + _read,
            new GetPoints { Ids = ids, WithVector = withVector, WithPayload = withPayload },
            Json.GetPoints,
            Json.PointsEnvelope,
            ct);

    public Task<ScrollResult> ScrollAsync(string collection, ScrollPoints request, CancellationToken ct) => client.SendAsync(
        HttpMethod.Post, Path(collection) + "/points/scroll" + _read, request, Json.ScrollPoints, Json.ScrollResultEnvelope, ct);

    public async Task<long> CountAsync(string collection, Filter? filter, CancellationToken ct) => (await client.SendAsync(
        HttpMethod.Post,
        Path(collection) + "/points/count" + _read,
        new CountPoints { Filter = filter, Exact = true },
        Json.CountPoints,
        Json.CountResultEnvelope,
        ct)).Count;

    public async Task<IReadOnlyList<ScoredPoint>> QueryAsync(string collection, Query query, CancellationToken ct) => (await client.SendAsync(
        HttpMethod.Post, Path(collection) + "/points/query" + _read, query, Json.Query, Json.QueryResultEnvelope, ct)).Points;

    public Task<IReadOnlyList<QueryResult>> QueryAsync(string collection, IReadOnlyList<Query> queries, CancellationToken ct) => client.SendAsync(
        HttpMethod.Post,
        Path(collection) + "/points/query/batch" + _read,
        new QueryBatch { Searches = queries },
        Json.QueryBatch,
        Json.QueryResultsEnvelope,
        ct);

    /// <summary>Made twice there are two: it is not repeated.</summary>
    public Task<SnapshotDescription> CreateSnapshotAsync(string collection, CancellationToken ct) =>
        client.SendAsync(HttpMethod.Post, Path(collection) + "/snapshots?wait=true", Json.SnapshotEnvelope, ct, isRepeatable: false);

    public Task<IReadOnlyList<SnapshotDescription>> ListSnapshotsAsync(string collection, CancellationToken ct) =>
        client.SendAsync(HttpMethod.Get, Path(collection) + "/snapshots", Json.SnapshotsEnvelope, ct);

    public Task<bool> DeleteSnapshotAsync(string collection, string name, CancellationToken ct) => client.SendAsync(
        HttpMethod.Delete, $"{Path(collection)}/snapshots/{Uri.EscapeDataString(name)}?wait=true", Json.BooleanEnvelope, ct);

    public Task RecoverAsync(string collection, RecoverSnapshot request, CancellationToken ct) => client.SendAsync(
        HttpMethod.Put, Path(collection) + "/snapshots/recover?wait=true", request, Json.RecoverSnapshot, Json.BooleanEnvelope, ct, isRepeatable: false);

    private string Path(string collection) => "collections/" + Uri.EscapeDataString(options.Prefix + collection);

    /// <exception cref="StorageUnavailableException">The write may not have been made yet.</exception>
    private static void Check(UpdateResult result)
    {
        if (result.Status != UpdateResult.Completed)
        {
            throw new StorageUnavailableException($"Qdrant has not made a write in time; it is '{result.Status}'.") { Store = StorageUnavailableException.Index };
        }
    }
}
