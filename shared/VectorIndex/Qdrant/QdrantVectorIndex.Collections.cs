using Microsoft.Extensions.Logging;
using Pipeline.VectorIndex.Qdrant.Wire;

namespace Pipeline.VectorIndex.Qdrant;

/// <content>Collections, their spaces and their aliases.</content>
public sealed partial class QdrantVectorIndex
{
    /// <summary>How often vectors are set while points go from under our hands.</summary>
    private const int UpdateAttempts = 10;

    private static readonly CreateFieldIndex[] FieldIndexes =
    [
        new() { FieldName = Payload.TenantField, FieldSchema = new KeywordIndex { Type = "keyword", IsTenant = true } },
        new() { FieldName = Payload.LabelsField, FieldSchema = new KeywordIndex { Type = "keyword" } },
    ];

    /// <inheritdoc/>
    public async Task EnsureCollectionAsync(string collection, CollectionSchema schema, CancellationToken ct = default)
    {
        ThrowIfDisposed();
        IndexNames.ThrowIfBad(collection);
        ArgumentNullException.ThrowIfNull(schema);
        schema.Validate();
        var info = await FindAsync(collection, ct) ?? await CreateAsync(collection, schema, ct);
        var spaces = QdrantSpaces.Read(collection, info.Config);
        if (!spaces.Schema.HasSameSpaces(schema))
        {
            throw new SchemaMismatchException(collection, spaces.Schema, schema);
        }

        // Whoever created it may have been ended before these were made.
        foreach (var index in FieldIndexes.Where(index => !info.PayloadSchema.ContainsKey(index.FieldName)))
        {
            await _requests.CreateIndexAsync(collection, index, ct);
        }

        _spaces[collection] = spaces;
    }

    /// <inheritdoc/>
    public async Task<bool> DropCollectionAsync(string collection, CancellationToken ct = default)
    {
        ThrowIfDisposed();
        IndexNames.ThrowIfBad(collection);
        _spaces.TryRemove(collection, out _);

        // An alias does not name a collection here, whatever the server makes of it.
        return (await _requests.ListAsync(ct)).Contains(collection) && await _requests.DeleteAsync(collection, ct);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListCollectionsAsync(CancellationToken ct = default)
    {
        ThrowIfDisposed();
        return _requests.ListAsync(ct);
    }

    /// <inheritdoc/>
    public async Task SetAliasAsync(string alias, string collection, CancellationToken ct = default)
    {
        ThrowIfDisposed();
        IndexNames.ThrowIfBad(alias);
        ArgumentNullException.ThrowIfNull(collection);

        // Looked at before, because a change that fails in the middle could leave the alias naming nothing.
        var names = await _requests.ListAsync(ct);
        if (names.Contains(alias))
        {
            throw new ArgumentException($"'{alias}' is the name of a collection; it cannot be an alias.");
        }

        if (!names.Contains(collection))
        {
            throw new CollectionNotFoundException(collection);
        }

        try
        {
            await _requests.ChangeAliasAsync(alias, collection, ct);
        }
        catch (QdrantRefusedException e) when (e.IsNotFound)
        {
            throw new CollectionNotFoundException(collection);
        }

        _spaces.TryRemove(alias, out _);
    }

    /// <inheritdoc/>
    public async Task<bool> RemoveAliasAsync(string alias, CancellationToken ct = default)
    {
        ThrowIfDisposed();
        IndexNames.ThrowIfBad(alias);
        _spaces.TryRemove(alias, out _);
        if (!(await _requests.AliasesAsync(ct)).ContainsKey(alias))
        {
            return false;
        }

        await _requests.ChangeAliasAsync(alias, null, ct);
        return true;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, string>> GetAliasesAsync(CancellationToken ct = default)
    {
        ThrowIfDisposed();
        return _requests.AliasesAsync(ct);
    }

    /// <inheritdoc/>
    public async Task<IndexStatus> GetStatusAsync(string collection, CancellationToken ct = default)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(collection);
        var info = await FindAsync(collection, ct) ?? throw new CollectionNotFoundException(collection);

        // A status that a later server invents is none to rely on.
        return Enum.TryParse<IndexStatus>(info.Status, ignoreCase: true, out var status) ? status : IndexStatus.Grey;
    }

    private async Task<CollectionInfo?> FindAsync(string collection, CancellationToken ct)
    {
        try
        {
            return await _requests.InfoAsync(collection, ct);
        }
        catch (QdrantRefusedException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    private async Task<CollectionInfo> CreateAsync(string collection, CollectionSchema schema, CancellationToken ct)
    {
        try
        {
            await _requests.CreateAsync(collection, QdrantSpaces.ToCreate(schema, _options), ct);
            LogCreated(collection, schema);
        }
        catch (QdrantRefusedException e)
        {
            // Someone else may have been faster, or our first attempt has arrived although its answer has not.
            return await FindAsync(collection, ct) ?? throw new InvalidOperationException(e.Message, e);
        }

        return await FindAsync(collection, ct) ?? throw new CollectionNotFoundException(collection);
    }

    /// <summary>
    /// Does something with a collection whose spaces are known. They are remembered, because they do not change; where the server refuses what
    /// suits them, the name may have come to mean another collection: they are looked up, and it is done, once more.
    /// </summary>
    private async Task<T> WithSpacesAsync<T>(string collection, Func<QdrantSpaces, Task<T>> work, CancellationToken ct)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(collection);
        var known = _spaces.TryGetValue(collection, out var remembered) ? remembered : await SpacesAsync(collection, ct);
        try
        {
            return await work(known);
        }
        catch (QdrantRefusedException e)
        {
            var now = await SpacesAsync(collection, ct);
            if (!e.IsNotFound && now.Schema.HasSameSpaces(known.Schema))
            {
                throw new ArgumentException(e.Message, e);
            }

            return await RepeatAsync(collection, work, now);
        }
    }

    private static async Task<T> RepeatAsync<T>(string collection, Func<QdrantSpaces, Task<T>> work, QdrantSpaces spaces)
    {
        try
        {
            return await work(spaces);
        }
        catch (QdrantRefusedException e)
        {
            throw e.IsNotFound ? new CollectionNotFoundException(collection) : new ArgumentException(e.Message, e);
        }
    }

    private async Task<QdrantSpaces> SpacesAsync(string collection, CancellationToken ct)
    {
        // No server has such a name.
        if (collection.Length == 0 || await FindAsync(collection, ct) is not { } info)
        {
            _spaces.TryRemove(collection, out _);
            throw new CollectionNotFoundException(collection);
        }

        return _spaces[collection] = QdrantSpaces.Read(collection, info.Config);
    }

    /// <summary>Sets vectors of those points of a batch that are there.</summary>
    private async Task SetVectorsAsync(
        string collection, IReadOnlyList<KeyValuePair<Guid, Dictionary<string, WireVector?>>> batch, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            // The server does not pass over points that are not there.
            var there = (await _requests.GetAsync(collection, [.. batch.Select(update => update.Key)], withVector: false, withPayload: false, ct))
                .Select(point => point.Id).ToHashSet();
            batch = [.. batch.Where(update => there.Contains(update.Key))];
            if (batch.Count == 0)
            {
                return;
            }

            try
            {
                await _requests.UpdateAsync(collection, QdrantVectorUpdates.ToWire(batch), ct);
                return;
            }
            catch (QdrantRefusedException e) when (e.IsNotFound && attempt < UpdateAttempts)
            {
                // A point was deleted meanwhile, of which the next look tells; or the collection was, and then that look fails.
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Created the collection {Collection} in Qdrant with {Schema}")]
    private partial void LogCreated(string collection, CollectionSchema schema);
}
