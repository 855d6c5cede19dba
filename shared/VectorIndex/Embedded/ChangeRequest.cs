using System.Text.Json;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>Changes points of a collection.</summary>
internal abstract class ChangeRequest(MemoryCollection collection, CancellationToken ct) : WriteRequest(ct)
{
    public MemoryCollection Collection => collection;

    /// <summary>What is to be applied; known once resolved.</summary>
    public List<PointChange> Changes { get; } = [];

    /// <summary>True if <see cref="Resolve"/> looks at what the points are.</summary>
    public virtual bool LooksAtPoints => false;

    /// <summary>Finds the changes, on top of what the batch has done so far. Called once, by the writer.</summary>
    public abstract void Resolve(StagedPoints points);

    /// <summary>Writes the changes within the open transaction.</summary>
    public void WriteTo(IndexDatabase database)
    {
        for (var i = 0; i < Changes.Count; i++)
        {
            Write(database, i);
            foreach (var ordinal in Changes[i].Unwoven)
            {
                database.DeleteList(collection.GraphKey(ordinal), Changes[i].Id);
            }
        }
    }

    public override bool CanShareWith(WriteRequest next) => next is ChangeRequest;

    protected abstract void Write(IndexDatabase database, int change);
}

/// <summary>Stores points wholly. They are encoded by the caller's thread, which keeps the single writer short.</summary>
internal sealed class UpsertRequest : ChangeRequest
{
    private readonly PreparedPoint[] _points;
    private readonly (byte[] Payload, byte[] Vectors)[] _blobs;

    /// <exception cref="ArgumentException">A point does not suit the collection's schema.</exception>
    public UpsertRequest(MemoryCollection collection, IReadOnlyList<IndexPoint> points, CancellationToken ct)
        : base(collection, ct)
    {
        _points = new PreparedPoint[points.Count];
        _blobs = new (byte[], byte[])[points.Count];
        for (var i = 0; i < _points.Length; i++)
        {
            var point = PreparedPoint.Create(collection.Schema, points[i]);
            _points[i] = point;
            _blobs[i] = (JsonSerializer.SerializeToUtf8Bytes(point.Payload, IndexJson.Default.IndexPayload), VectorCodec.Encode(point.Vectors));
        }
    }

    public override int Weight => _points.Length;

    public override void Resolve(StagedPoints points) => Changes.AddRange(_points.Select(point => points.Stage(point.Id, point)));

    protected override void Write(IndexDatabase database, int change) =>
        database.UpsertPoint(Collection.Key, Changes[change].Id, _blobs[change].Payload, _blobs[change].Vectors);
}

/// <summary>Removes points.</summary>
internal sealed class DeleteRequest(MemoryCollection collection, IReadOnlyList<Guid> ids, CancellationToken ct) : ChangeRequest(collection, ct)
{
    private readonly Guid[] _ids = [.. ids];

    public override int Weight => _ids.Length;

    public override void Resolve(StagedPoints points) => Changes.AddRange(_ids.Select(id => points.Stage(id, null)));

    protected override void Write(IndexDatabase database, int change) => database.DeletePoint(Collection.Key, Changes[change].Id);
}

/// <summary>Replaces some vectors of points. What a point's other vectors are is known only when its turn has come.</summary>
internal sealed class SetVectorsRequest : ChangeRequest
{
    private readonly (Guid Id, (int Ordinal, VectorValue? Vector)[] Vectors)[] _updates;

    /// <exception cref="ArgumentException">A vector does not suit its space.</exception>
    public SetVectorsRequest(MemoryCollection collection, IReadOnlyList<VectorUpdate> updates, CancellationToken ct)
        : base(collection, ct) => _updates = [.. updates.Select(update => (update.Id, Prepare(collection.Schema, update)))];

    public override int Weight => _updates.Length;

    public override bool LooksAtPoints => true;

    public override void Resolve(StagedPoints points)
    {
        foreach (var (id, vectors) in _updates)
        {
            if (points.Find(id) is not { } before)
            {
                continue;
            }

            var after = before with { Vectors = [.. before.Vectors] };
            foreach (var (ordinal, vector) in vectors)
            {
                after.Vectors[ordinal] = vector;
            }

            Changes.Add(points.Stage(id, after));
        }
    }

    protected override void Write(IndexDatabase database, int change) =>
        database.UpdateVectors(Collection.Key, Changes[change].Id, VectorCodec.Encode(Changes[change].Point!.Vectors));

    private static (int, VectorValue?)[] Prepare(CollectionSchema schema, VectorUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        var vectors = new List<(int, VectorValue?)>();
        foreach (var (name, value) in update.Vectors ?? throw new ArgumentException("An update's vectors are null."))
        {
            var ordinal = PreparedPoint.Ordinal(schema, name);
            vectors.Add((ordinal, value is null ? null : VectorPreparation.Prepare(schema.Spaces[ordinal], value)));
        }

        return [.. vectors];
    }
}
