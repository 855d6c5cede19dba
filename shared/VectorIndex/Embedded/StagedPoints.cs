namespace Pipeline.VectorIndex.Embedded;

/// <summary>
/// A collection's points as they stand within a batch of writes that is not applied yet. The writer's own.
/// </summary>
/// <param name="collection">The collection before the batch.</param>
/// <param name="track">False if nobody will ask what a point was before: then nothing is looked up.</param>
internal sealed class StagedPoints(MemoryCollection collection, bool track)
{
    private readonly Dictionary<Guid, PreparedPoint?> _staged = [];

    public PreparedPoint? Find(Guid id) => _staged.TryGetValue(id, out var point) ? point : collection.Find(id);

    /// <summary>Notes a point's new state, null for its removal, and says what changes by it.</summary>
    public PointChange Stage(Guid id, PreparedPoint? point)
    {
        if (!track)
        {
            return new PointChange(id, point);
        }

        var before = Find(id);
        _staged[id] = point;
        return new PointChange(id, point, before is null ? [] : collection.GraphsThatForget(before, point));
    }
}
