using Pipeline.VectorIndex;
using Pipeline.VectorIndex.Embedded;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex;

/// <summary>Rows are reused, but never under a reader.</summary>
public class SnapshotIsolation
{
    private const int PointCount = 1000;
    private static readonly IReadOnlyList<Guid> Ids = [.. Enumerable.Range(0, PointCount).Select(Points.Id)];

    [Fact]
    public void What_a_reader_holds_stays_as_it_was_however_much_is_written()
    {
        var collection = new MemoryCollection(1, "c", Points.Schema);
        Write(collection, stamp: 0);
        using var view = collection.Enter(null, Ids);
        for (var stamp = 1; stamp <= 20; stamp++)
        {
            Write(collection, stamp);
        }

        AssertStamp(0, collection.Read(view));
        AssertStamp(20, collection.Get(Ids));
    }

    [Fact]
    public void Rows_of_replaced_points_are_used_again()
    {
        var collection = new MemoryCollection(1, "c", Points.Schema);
        var view = collection.Enter(null);
        for (var stamp = 0; stamp <= 10; stamp++)
        {
            Write(collection, stamp);
        }

        // The reader is older than every row, so none could be freed.
        Assert.Equal(11 * PointCount, collection.AllocatedRows);
        view.Dispose();
        for (var stamp = 11; stamp <= 60; stamp++)
        {
            Write(collection, stamp);
            AssertStamp(stamp, collection.Get(Ids));
        }

        Assert.Equal(11 * PointCount, collection.AllocatedRows);
    }

    private static void Write(MemoryCollection collection, int stamp) =>
        collection.Apply([.. Ids.Select(id => new PointChange(id, PreparedPoint.Create(collection.Schema, Points.Point(
            id,
            Points.Payload($"tenant-{stamp}", $"label-{stamp}"),
            ("hash", Code(stamp)),
            ("sift", new SparseVector([(uint)stamp, 1000], [1, stamp]))))))]);

    private static void AssertStamp(int stamp, IReadOnlyList<IndexPoint> points)
    {
        Assert.Equal(Ids, points.Select(point => point.Id));
        Assert.All(points, point =>
        {
            Assert.Equal($"tenant-{stamp}", point.Payload.Tenant);
            Assert.Equal(Code(stamp).Bytes, Assert.IsType<BinaryCode>(point.Vectors["hash"]).Bytes);
            Assert.Equal((uint)stamp, Assert.IsType<SparseVector>(point.Vectors["sift"]).Indices[0]);
        });
    }

    private static BinaryCode Code(int stamp) => new([(byte)stamp, 0]);
}
