using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.VectorIndex.Embedded;

namespace Pipeline.VectorIndex;

/// <summary>
/// An exact index inside the process: everything is searched in memory and kept in one SQLite file. A write is durable when
/// its task completes, also across a kill of the process. One process at a time may have a directory open.
/// </summary>
/// <remarks>
/// Reads never wait for the disk, and see each write wholly or not at all. Scores do not depend on the processor's vector
/// width or on the number of threads.
/// </remarks>
public sealed partial class EmbeddedVectorIndex : IVectorIndex, INeighbourGraphIndex, IDisposable
{
    /// <summary>Points loaded between two snapshots while opening.</summary>
    private const int LoadBatch = 4096;

    private readonly CollectionNames _collections = new();
    private readonly IndexDatabase _database;
    private readonly IndexWriter _writer;
    private readonly int _maxThreads;
    private readonly int _graphNeighbours;
    private readonly int _codeTablesFrom;
    private readonly RevisionCounter _revisions;
    private readonly ILogger _logger;
    private int _disposed;

    private EmbeddedVectorIndex(VectorIndexOptions options, ILogger logger)
    {
        _logger = logger;
        _maxThreads = options.MaxThreads == 0 ? Environment.ProcessorCount : options.MaxThreads;
        _graphNeighbours = options.GraphNeighbours;
        _codeTablesFrom = options.CodeTablesFrom;
        _database = IndexDatabase.Open(options.Path);
        try
        {
            Load(options.Path);
            _revisions = new RevisionCounter(_database.ReadRevision());
        }
        catch
        {
            _database.Dispose();
            throw;
        }

        _writer = new IndexWriter(_database, _collections, options, logger);
    }

    /// <summary>Opens the index and loads it into memory.</summary>
    /// <exception cref="InvalidOperationException">The directory is open elsewhere, or was written by a newer version.</exception>
    /// <exception cref="InvalidDataException">A stored point is damaged.</exception>
    public static EmbeddedVectorIndex Open(VectorIndexOptions options, ILogger<EmbeddedVectorIndex>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrWhiteSpace(options.Path);
        return new EmbeddedVectorIndex(options, logger ?? NullLogger<EmbeddedVectorIndex>.Instance);
    }

    /// <inheritdoc/>
    public INeighbourGraphIndex NeighbourGraphs => this;

    /// <inheritdoc/>
    public async Task EnsureCollectionAsync(string collection, CollectionSchema schema, CancellationToken ct = default)
    {
        ThrowIfDisposed();
        IndexNames.ThrowIfBad(collection);
        ArgumentNullException.ThrowIfNull(schema);
        schema.Validate();
        var own = new CollectionSchema([.. schema.Spaces]);
        await _writer.WriteAsync(new EnsureRequest(collection, own, ct), ct);
    }

    /// <inheritdoc/>
    public Task<bool> DropCollectionAsync(string collection, CancellationToken ct = default)
    {
        ThrowIfDisposed();
        IndexNames.ThrowIfBad(collection);
        return _writer.WriteAsync(new DropRequest(collection, ct), ct);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListCollectionsAsync(CancellationToken ct = default)
    {
        ThrowIfDisposed();
        return Task.FromResult(_collections.List());
    }

    /// <inheritdoc/>
    public async Task SetAliasAsync(string alias, string collection, CancellationToken ct = default)
    {
        ThrowIfDisposed();
        IndexNames.ThrowIfBad(alias);
        ArgumentNullException.ThrowIfNull(collection);
        await _writer.WriteAsync(new SetAliasRequest(alias, collection, ct), ct);
    }

    /// <inheritdoc/>
    public Task<bool> RemoveAliasAsync(string alias, CancellationToken ct = default)
    {
        ThrowIfDisposed();
        IndexNames.ThrowIfBad(alias);
        return _writer.WriteAsync(new RemoveAliasRequest(alias, ct), ct);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, string>> GetAliasesAsync(CancellationToken ct = default)
    {
        ThrowIfDisposed();
        return Task.FromResult(_collections.Aliases());
    }

    /// <inheritdoc/>
    public async Task UpsertAsync(string collection, IReadOnlyList<IndexPoint> points, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(points);
        var target = Collection(collection);
        if (points.Count > 0)
        {
            await _writer.WriteAsync(new UpsertRequest(target, points, ct), ct);
        }
    }

    /// <inheritdoc/>
    public async Task SetVectorsAsync(string collection, IReadOnlyList<VectorUpdate> updates, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(updates);
        var target = Collection(collection);
        if (updates.Count > 0)
        {
            await _writer.WriteAsync(new SetVectorsRequest(target, updates, ct), ct);
        }
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string collection, IReadOnlyList<Guid> ids, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var target = Collection(collection);
        if (ids.Count > 0)
        {
            await _writer.WriteAsync(new DeleteRequest(target, ids, ct), ct);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<IndexPoint>> GetAsync(string collection, IReadOnlyList<Guid> ids, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return Task.FromResult(Collection(collection).Get(ids));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<IndexHit>> SearchAsync(string collection, IndexQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        var target = Collection(collection);
        ct.ThrowIfCancellationRequested();
        var ordinal = PreparedPoint.Ordinal(target.Schema, query.Space);
        var vector = VectorPreparation.Prepare(target.Schema.Spaces[ordinal], query.Vector);

        // A small search is over before a second thread would have started; a large one must not hold the caller's.
        var threads = query.Among is null ? target.UsefulThreads(ordinal, _maxThreads) : 1;
        return threads == 1
            ? Task.FromResult(target.Search(ordinal, vector, query, 1, ct))
            : Task.Run(() => target.Search(ordinal, vector, query, threads, ct), ct);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<IReadOnlyList<IndexHit>>> SearchManyAsync(
        string collection, IReadOnlyList<IndexQuery> queries, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        var results = new IReadOnlyList<IndexHit>[queries.Count];
        await Parallel.ForAsync(
            0,
            results.Length,
            new ParallelOptions { MaxDegreeOfParallelism = _maxThreads, CancellationToken = ct },
            async (i, cancelled) => results[i] = await SearchAsync(collection, queries[i], cancelled));
        return results;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<IndexHit>> SearchRadiusAsync(string collection, RadiusQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfNegative(query.Radius);
        var target = Collection(collection);
        ct.ThrowIfCancellationRequested();
        var ordinal = PreparedPoint.Ordinal(target.Schema, query.Space);
        var code = (BinaryCode)VectorPreparation.Prepare(target.Schema.Spaces[ordinal], query.Code);

        // The first search of many codes makes their tables, which takes about a microsecond a code.
        return Task.Run(() => target.SearchRadius(ordinal, code, query, _codeTablesFrom, _maxThreads, ct), ct);
    }

    /// <inheritdoc/>
    public Task<IndexPage> ScanAsync(
        string collection, Guid? after, int limit, PayloadFilter? filter = null, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return Task.FromResult(Collection(collection).Scan(after, limit, filter, ct));
    }

    /// <inheritdoc/>
    public Task<long> CountAsync(string collection, PayloadFilter? filter = null, CancellationToken ct = default) =>
        Task.FromResult(Collection(collection).Count(filter));

    /// <inheritdoc/>
    public Task<NeighbourAnswer> FindNeighboursAsync(string collection, NeighbourQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(query.Ids);
        var target = Collection(collection);
        var ordinal = PreparedPoint.Ordinal(target.Schema, query.Space);
        var graph = target.Graph(
            ordinal, () => new NeighbourGraph(target, ordinal, _graphNeighbours, _maxThreads, _writer, _revisions));

        // Weaving is work for the processor, and the caller's thread may be one of few.
        Guid[] ids = [.. query.Ids];
        return Task.Run(() => graph.FindAsync(ids, ct), ct);
    }

    /// <summary>Finishes queued writes and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _writer.DisposeAsync();
            _database.Dispose();
        }
    }

    /// <summary>As <see cref="DisposeAsync"/>, waiting.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private void Load(string path)
    {
        var clock = Stopwatch.StartNew();
        var collections = _database.ReadCollections().ToDictionary(c => c.Key, c => new MemoryCollection(c.Key, c.Name, c.Schema));
        var pending = collections.Keys.ToDictionary(key => key, _ => new List<PointChange>());
        foreach (var (key, collectionKey, ordinal) in _database.ReadGraphs())
        {
            collections[collectionKey].KeepGraph(ordinal, key);
        }

        long points = 0;
        foreach (var (key, point) in _database.ReadPoints(key => collections[key].Schema))
        {
            points++;
            pending[key].Add(new PointChange(point.Id, point));
            if (pending[key].Count == LoadBatch)
            {
                collections[key].Apply(pending[key]);
                pending[key].Clear();
            }
        }

        foreach (var (key, rest) in pending)
        {
            collections[key].Apply(rest);
            _collections.Add(collections[key]);
        }

        foreach (var (alias, key) in _database.ReadAliases())
        {
            _collections.SetAlias(alias, collections[key].Name);
        }

        LogOpened(path, collections.Count, points, clock.ElapsedMilliseconds);
    }

    private MemoryCollection Collection(string name)
    {
        ThrowIfDisposed();
        ArgumentNullException.ThrowIfNull(name);
        return _collections.Find(name) ?? throw new CollectionNotFoundException(name);
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);

    [LoggerMessage(Level = LogLevel.Information, Message = "Opened the index in {Path}: {Collections} collections, {Points} points, {ElapsedMs} ms")]
    private partial void LogOpened(string path, int collections, long points, long elapsedMs);
}
