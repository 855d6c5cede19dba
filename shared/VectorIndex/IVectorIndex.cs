namespace Pipeline.VectorIndex;

/// <summary>
/// Collections of points. A point has an id, a payload and a vector in each of some named spaces; a collection is
/// searched one space at a time, optionally among the points that pass a <see cref="PayloadFilter"/>.
/// </summary>
/// <remarks>
/// Every member may be called from any thread. Members that name a collection throw
/// <see cref="CollectionNotFoundException"/> if it does not exist, except
/// <see cref="EnsureCollectionAsync"/> and <see cref="DropCollectionAsync"/>. Wherever a collection is named, except where one is dropped, an
/// alias of it may stand in its place.
/// A write whose token is cancelled may still take place.
/// </remarks>
public interface IVectorIndex : IAsyncDisposable
{
    /// <summary>
    /// The nearest-neighbour graphs that the index keeps exactly beside its points, or null if it can only search; see
    /// <see cref="SearchedNeighbours"/>.
    /// </summary>
    INeighbourGraphIndex? NeighbourGraphs { get; }

    /// <summary>Creates a collection; does nothing if it exists with the same spaces (in whatever order).</summary>
    /// <param name="collection">1 to 255 characters, none of them a control character or one of <c>/ \ : * ? " &lt; &gt; |</c>; not <c>.</c> or <c>..</c>.</param>
    /// <param name="schema">The spaces, at least one, with distinct names.</param>
    /// <param name="ct">Cancels the wait.</param>
    /// <exception cref="SchemaMismatchException">The collection exists with other spaces.</exception>
    Task EnsureCollectionAsync(string collection, CollectionSchema schema, CancellationToken ct = default);

    /// <summary>Removes a collection, all its points and its aliases. An alias does not name it here.</summary>
    /// <returns>False if there was none.</returns>
    Task<bool> DropCollectionAsync(string collection, CancellationToken ct = default);

    /// <summary>Names of all collections, in ordinal order; without aliases.</summary>
    Task<IReadOnlyList<string>> ListCollectionsAsync(CancellationToken ct = default);

    /// <summary>
    /// Lets an alias name a collection, and no longer the one that it named before, in one step: whoever uses the alias meanwhile meets the
    /// one or the other. Durable when the task completes.
    /// </summary>
    /// <param name="alias">As a collection's name.</param>
    /// <param name="collection">A collection, not an alias.</param>
    /// <param name="ct">Cancels the wait.</param>
    /// <exception cref="ArgumentException">The alias is no name, or the name of a collection.</exception>
    Task SetAliasAsync(string alias, string collection, CancellationToken ct = default);

    /// <summary>Takes an alias away; its collection stays. Durable when the task completes.</summary>
    /// <returns>False if there was none.</returns>
    Task<bool> RemoveAliasAsync(string alias, CancellationToken ct = default);

    /// <summary>Alias → the collection that it names.</summary>
    Task<IReadOnlyDictionary<string, string>> GetAliasesAsync(CancellationToken ct = default);

    /// <summary>
    /// Stores points; each replaces its predecessor of the same id wholly (vectors and payload). All points are
    /// durable and visible when the task completes. Until then the embedded index shows all or none of them, also after a failure; an index on a
    /// server may show some, and keep them if the call fails. Of points with the same id the last counts.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// A vector names no space of the schema, has the wrong type or length, or is not finite; a dense vector is all zeros.
    /// </exception>
    Task UpsertAsync(string collection, IReadOnlyList<IndexPoint> points, CancellationToken ct = default);

    /// <summary>
    /// Replaces the vectors of some spaces of points that are there; other spaces and the payload stay as they are, and ids
    /// that are not there are passed over. All updates are durable and visible when the task completes, and before that as those of
    /// <see cref="UpsertAsync"/>; several of the same point take place one after the other.
    /// </summary>
    /// <exception cref="ArgumentException">A vector does not suit its space, as for <see cref="UpsertAsync"/>.</exception>
    Task SetVectorsAsync(string collection, IReadOnlyList<VectorUpdate> updates, CancellationToken ct = default);

    /// <summary>Removes points; ids that are not there are passed over. Durable when the task completes.</summary>
    Task DeleteAsync(string collection, IReadOnlyList<Guid> ids, CancellationToken ct = default);

    /// <summary>
    /// The points of these ids, in the order asked for; ids that are not there are left out. Dense vectors come back
    /// L2-normalised.
    /// </summary>
    Task<IReadOnlyList<IndexPoint>> GetAsync(string collection, IReadOnlyList<Guid> ids, CancellationToken ct = default);

    /// <summary>
    /// The <see cref="IndexQuery.Limit"/> best points of a space, best first, equal scores by ascending id. Points without
    /// a vector in the space are not found; nor are, in a sparse space, points that share no index with the query, and where the score comes to
    /// exactly zero a server may leave the point out, too.
    /// </summary>
    /// <exception cref="ArgumentException">The query does not suit the space.</exception>
    Task<IReadOnlyList<IndexHit>> SearchAsync(string collection, IndexQuery query, CancellationToken ct = default);

    /// <summary>What <see cref="SearchAsync"/> answers each of several queries, in their order; for an index that is far away in far fewer steps.</summary>
    /// <exception cref="ArgumentException">A query does not suit its space.</exception>
    Task<IReadOnlyList<IReadOnlyList<IndexHit>>> SearchManyAsync(
        string collection, IReadOnlyList<IndexQuery> queries, CancellationToken ct = default);

    /// <summary>
    /// All points whose code in a space is within a Hamming distance of the query, nearest first, equal distances by ascending id.
    /// Points without a code in the space are not found.
    /// </summary>
    /// <exception cref="ArgumentException">The space is not one of codes, the code does not suit it, or the radius is negative.</exception>
    Task<IReadOnlyList<IndexHit>> SearchRadiusAsync(string collection, RadiusQuery query, CancellationToken ct = default);

    /// <summary>One page of a walk over the points in ascending order of id.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="after">The page starts behind this id; null starts at the beginning.</param>
    /// <param name="limit">Most points in the page, at least 1.</param>
    /// <param name="filter">Only points that pass; null for all.</param>
    /// <param name="ct">Cancels the walk.</param>
    Task<IndexPage> ScanAsync(string collection, Guid? after, int limit, PayloadFilter? filter = null, CancellationToken ct = default);

    /// <summary>The exact number of points that pass the filter; null counts all.</summary>
    Task<long> CountAsync(string collection, PayloadFilter? filter = null, CancellationToken ct = default);
}
