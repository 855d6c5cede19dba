using System.Text.Json;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>A write that waits for the writer.</summary>
internal abstract class WriteRequest(CancellationToken ct)
{
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the write is durable and visible; true if it changed which collections exist.</summary>
    public Task<bool> Done => _done.Task;

    /// <summary>Points written or removed.</summary>
    public abstract int Weight { get; }

    public void Succeed(bool changed) => _done.TrySetResult(changed);

    public void Fail(Exception error) => _done.TrySetException(error);

    /// <summary>True if the caller gave up before the writer began; the request is then over.</summary>
    public bool IsAbandoned() => ct.IsCancellationRequested && _done.TrySetCanceled(ct);
}

/// <summary>Creates a collection unless it exists.</summary>
internal sealed class EnsureRequest(string name, CollectionSchema schema, CancellationToken ct) : WriteRequest(ct)
{
    public string Name => name;

    public CollectionSchema Schema => schema;

    public override int Weight => 0;
}

/// <summary>Removes a collection.</summary>
internal sealed class DropRequest(string name, CancellationToken ct) : WriteRequest(ct)
{
    public string Name => name;

    public override int Weight => 0;
}

/// <summary>Changes points of a collection. Encoded by the caller's thread, which keeps the single writer short.</summary>
internal sealed class ChangeRequest : WriteRequest
{
    private readonly (byte[] Payload, byte[] Vectors)[] _blobs;

    private ChangeRequest(MemoryCollection collection, PointChange[] changes, (byte[], byte[])[] blobs, CancellationToken ct)
        : base(ct)
    {
        Collection = collection;
        Changes = changes;
        _blobs = blobs;
    }

    public MemoryCollection Collection { get; }

    public IReadOnlyList<PointChange> Changes { get; }

    public override int Weight => Changes.Count;

    public static ChangeRequest Upsert(MemoryCollection collection, IReadOnlyList<IndexPoint> points, CancellationToken ct)
    {
        var changes = new PointChange[points.Count];
        var blobs = new (byte[], byte[])[points.Count];
        for (var i = 0; i < changes.Length; i++)
        {
            var point = PreparedPoint.Create(collection.Schema, points[i]);
            changes[i] = new PointChange(point.Id, point);
            blobs[i] = (JsonSerializer.SerializeToUtf8Bytes(point.Payload, IndexJson.Default.IndexPayload), VectorCodec.Encode(point.Vectors));
        }

        return new ChangeRequest(collection, changes, blobs, ct);
    }

    public static ChangeRequest Delete(MemoryCollection collection, IReadOnlyList<Guid> ids, CancellationToken ct) =>
        new(collection, [.. ids.Select(id => new PointChange(id, null))], [], ct);

    /// <summary>Writes the changes within the open transaction.</summary>
    public void WriteTo(IndexDatabase database)
    {
        for (var i = 0; i < Changes.Count; i++)
        {
            if (Changes[i].Point is null)
            {
                database.DeletePoint(Collection.Key, Changes[i].Id);
            }
            else
            {
                database.UpsertPoint(Collection.Key, Changes[i].Id, _blobs[i].Payload, _blobs[i].Vectors);
            }
        }
    }
}
