using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Storage;
using Pipeline.VectorIndex.Qdrant.Wire;

namespace Pipeline.VectorIndex.Qdrant;

/// <summary>
/// The index in a Qdrant server, over its REST interface. Members throw <see cref="StorageUnavailableException"/> while the server is away,
/// slow beyond <see cref="QdrantOptions.Timeout"/>, full, or refuses the key.
/// </summary>
/// <remarks>
/// What holds here and what does not. A write is in the server's log and can be seen when its task completes. The points of one call are
/// written in batches of <see cref="QdrantOptions.BatchSize"/> and become visible one after the other; a call that fails may have written
/// some, and is repeated as it is. Searches are exact unless <see cref="QdrantOptions.Exact"/> is false, and ordered as the contract says;
/// a search and the question for what lies at its limit are two looks, between which others may write. Scores are computed in single
/// precision. Points of a sparse space whose products with the query add up to exactly zero are left out.
/// </remarks>
public sealed partial class QdrantVectorIndex : IVectorIndex, IIndexSnapshots, IStorageProbe, IIndexStatus, IDisposable
{
    private readonly ConcurrentDictionary<string, QdrantSpaces> _spaces = new(StringComparer.Ordinal);
    private readonly QdrantOptions _options;
    private readonly QdrantMetrics _metrics;
    private readonly QdrantClient _client;
    private readonly QdrantRequests _requests;
    private readonly QdrantSearch _search;
    private readonly ILogger _logger;
    private volatile bool _disposed;

    /// <summary>Prepares; nothing is sent yet, so a server that is away is found out by the first call.</summary>
    public QdrantVectorIndex(
        QdrantOptions options, TimeProvider? time = null, IMeterFactory? meters = null, ILogger<QdrantVectorIndex>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _logger = logger ?? NullLogger<QdrantVectorIndex>.Instance;
        _options = options;
        _metrics = new QdrantMetrics(meters);
        _client = new QdrantClient(options, time ?? TimeProvider.System, _metrics, _logger);
        _requests = new QdrantRequests(_client, options);
        _search = new QdrantSearch(_requests, options);
    }

    /// <inheritdoc/>
    public INeighbourGraphIndex? NeighbourGraphs => null;

    /// <inheritdoc/>
    public string Name => "index";

    /// <inheritdoc/>
    public async Task ProbeAsync(CancellationToken ct)
    {
        ThrowIfDisposed();

        // Not /readyz, which answers without a key: a wrong one is to be seen, too.
        await _requests.ListAsync(ct);
    }

    /// <inheritdoc/>
    public async Task UpsertAsync(string collection, IReadOnlyList<IndexPoint> points, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(points);
        await WithSpacesAsync(
            collection,
            async spaces =>
            {
                // All are looked at before the first is sent; of points with the same id the last counts.
                var last = new Dictionary<Guid, Point>();
                foreach (var point in points)
                {
                    var wire = QdrantPoints.ToWire(spaces, point);
                    last[wire.Id] = wire;
                }

                foreach (var batch in last.Values.Chunk(spaces.PointsPerRequest(_options.BatchSize)))
                {
                    await _requests.UpsertAsync(collection, batch, ct);
                }

                return true;
            },
            ct);
    }

    /// <inheritdoc/>
    public async Task SetVectorsAsync(string collection, IReadOnlyList<VectorUpdate> updates, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(updates);
        await WithSpacesAsync(
            collection,
            async spaces =>
            {
                foreach (var batch in QdrantVectorUpdates.Merge(spaces, updates).Chunk(spaces.PointsPerRequest(_options.BatchSize)))
                {
                    await SetVectorsAsync(collection, batch, ct);
                }

                return true;
            },
            ct);
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string collection, IReadOnlyList<Guid> ids, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        await WithSpacesAsync(
            collection,
            async _ =>
            {
                foreach (var batch in ids.Distinct().Chunk(_options.BatchSize))
                {
                    await _requests.DeletePointsAsync(collection, batch, ct);
                }

                return true;
            },
            ct);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<IndexPoint>> GetAsync(string collection, IReadOnlyList<Guid> ids, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return WithSpacesAsync<IReadOnlyList<IndexPoint>>(
            collection,
            async spaces =>
            {
                var found = new Dictionary<Guid, IndexPoint>();
                foreach (var batch in ids.Distinct().Chunk(spaces.PointsPerRequest(_options.BatchSize)))
                {
                    foreach (var point in await _requests.GetAsync(collection, batch, withVector: true, withPayload: true, ct))
                    {
                        found[point.Id] = QdrantPoints.FromWire(spaces, point);
                    }
                }

                return [.. ids.Where(found.ContainsKey).Select(id => found[id])];
            },
            ct);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<IndexHit>> SearchAsync(string collection, IndexQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        return WithSpacesAsync(collection, spaces => _search.BestAsync(collection, spaces, query, ct), ct);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<IReadOnlyList<IndexHit>>> SearchManyAsync(
        string collection, IReadOnlyList<IndexQuery> queries, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        foreach (var query in queries)
        {
            ArgumentNullException.ThrowIfNull(query);
            ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        }

        return WithSpacesAsync(collection, spaces => _search.BestOfManyAsync(collection, spaces, queries, ct), ct);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<IndexHit>> SearchRadiusAsync(string collection, RadiusQuery query, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfNegative(query.Radius);
        return WithSpacesAsync(collection, spaces => _search.WithinAsync(collection, spaces, query, ct), ct);
    }

    /// <inheritdoc/>
    public Task<IndexPage> ScanAsync(
        string collection, Guid? after, int limit, PayloadFilter? filter = null, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return WithSpacesAsync(
            collection,
            async spaces =>
            {
                var points = new List<IndexPoint>();
                var offset = after is { } last ? Successor(last) : null;
                if (after is not null && offset is null)
                {
                    return new IndexPage([], null);
                }

                // A page may be more than one request should carry.
                bool more;
                do
                {
                    var page = await _requests.ScrollAsync(
                        collection,
                        new ScrollPoints
                        {
                            Offset = offset,
                            Limit = Math.Min(limit - points.Count, spaces.PointsPerRequest(_options.BatchSize)),
                            Filter = QdrantPoints.ToWire(filter),
                            WithPayload = true,
                            WithVector = true,
                        },
                        ct);
                    points.AddRange(page.Points.Select(point => QdrantPoints.FromWire(spaces, point)));
                    offset = page.NextPageOffset;
                    more = offset is not null;
                }
                while (more && points.Count < limit);

                return new IndexPage(points, more ? points[^1].Id : null);
            },
            ct);
    }

    /// <inheritdoc/>
    public Task<long> CountAsync(string collection, PayloadFilter? filter = null, CancellationToken ct = default) =>
        WithSpacesAsync(collection, _ => _requests.CountAsync(collection, QdrantPoints.ToWire(filter), ct), ct);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Closes the connections; nothing waits to be written.</summary>
    public void Dispose()
    {
        _disposed = true;
        _client.Dispose();
        _metrics.Dispose();
    }

    /// <summary>The id behind an id, in the order in which Qdrant walks; null behind the last.</summary>
    private static Guid? Successor(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            if (++bytes[i] != 0)
            {
                return new Guid(bytes, bigEndian: true);
            }
        }

        return null;
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed, this);
}
