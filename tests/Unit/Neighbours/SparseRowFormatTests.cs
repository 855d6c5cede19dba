using Pipeline.Neighbours;
using Xunit;

namespace Pipeline.Tests.Unit.Neighbours;

public sealed class SparseRowFormatTests
{
    private static readonly SparseRow Row = new([0, 3, uint.MaxValue], [0.5f, -0.25f, 1]);

    [Fact]
    public void What_is_written_is_read_back()
    {
        foreach (var row in new[] { Row, SparseRow.Empty })
        {
            var read = SparseRowFormat.Parse(SparseRowFormat.Serialize(row));

            Assert.Equal(row.Indices, read.Indices);
            Assert.Equal(row.Values, read.Values);
        }
    }

    [Fact]
    public void Anything_else_is_refused()
    {
        var good = SparseRowFormat.Serialize(Row);
        byte[] Changed(int at, byte value) => [.. good[..at], value, .. good[(at + 1)..]];

        byte[][] bad =
        [
            [], good[..11], good[..^1], [.. good, 0], Changed(0, 1), Changed(4, 2), Changed(6, 1), Changed(8, 2), Changed(11, 0xFF),
            SparseRowFormat.Serialize(new SparseRow([3, 3], [1, 1])), SparseRowFormat.Serialize(new SparseRow([1], [float.NaN])),
        ];
        Assert.All(bad, bytes => Assert.Throws<InvalidDataException>(() => SparseRowFormat.Parse(bytes)));
    }
}
