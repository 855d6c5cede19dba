using Pipeline.Hashing;
using Pipeline.VectorIndex.Hamming;

namespace Pipeline.Tests.Benchmarks;

/// <summary>Codes one behind the other, searched in the plainest way, to check the others by.</summary>
internal sealed class BruteForceCodes(byte[] codes, int bits)
{
    private readonly int _bytes = bits / 8;

    /// <summary>Throws if these are not the nearest, with ties by id, or not all within the distance.</summary>
    public void Check(ReadOnlySpan<byte> query, HammingHit[] hits, int limit, int radius)
    {
        var all = new List<(int Distance, int Id)>();
        for (var id = 0; id < codes.Length / _bytes; id++)
        {
            var distance = HammingDistance.Between(codes.AsSpan(id * _bytes, _bytes), query);
            if (distance <= radius)
            {
                all.Add((distance, id));
            }
        }

        all.Sort();
        if (!all.Take(limit).SequenceEqual(hits.Select(hit => (hit.Distance, hit.Id))))
        {
            throw new InvalidOperationException("A search differs from brute force.");
        }
    }
}
