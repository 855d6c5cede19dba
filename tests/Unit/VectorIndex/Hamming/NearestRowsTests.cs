using Pipeline.VectorIndex.Hamming;
using Xunit;

namespace Pipeline.Tests.Unit.VectorIndex.Hamming;

public class NearestRowsTests
{
    [Theory]
    [InlineData(5, 8, 100)]
    [InlineData(95, 8, 1000)]
    [InlineData(96, 0, 256)]
    [InlineData(1000, 8, 1 << 20)]
    [InlineData(5000, 3, int.MaxValue)]
    [InlineData(5000, 65_536, int.MaxValue)]
    [InlineData(5000, 300, 5001)]
    public void Rows_offered_in_any_order_come_by_distance_and_then_by_row(int count, int radius, int rows)
    {
        var random = new Random(count + radius);
        var offered = new Dictionary<int, int>();
        while (offered.Count < count)
        {
            offered[random.Next(rows)] = random.Next(radius + 1);
        }

        HammingHit[] expected = [.. offered.Select(row => new HammingHit(row.Key, row.Value)).OrderBy(hit => hit.Distance).ThenBy(hit => hit.Id)];
        foreach (var order in (HammingHit[][])[[.. offered.Select(row => new HammingHit(row.Key, row.Value))], [.. expected.OrderBy(hit => hit.Id)]])
        {
            foreach (var capacity in (int[])[1, count / 2, count, int.MaxValue])
            {
                using var nearest = new NearestRows(capacity, radius);
                foreach (var hit in order.Where(hit => hit.Distance <= nearest.Bar))
                {
                    nearest.Offer(hit.Distance, hit.Id);
                }

                Assert.Equal(expected.Take(capacity), nearest.ToHits());
            }
        }
    }
}
