using System.Numerics;
using Pipeline.VectorIndex;

namespace Pipeline.Tests.Unit.VectorIndex;

/// <summary>What an index should answer, computed in the plainest way over the points as the caller wrote them.</summary>
internal sealed class BruteForce
{
    private readonly SortedDictionary<Guid, IndexPoint> _points = [];

    public int Count => _points.Count;

    public IEnumerable<IndexPoint> All => _points.Values;

    public void Upsert(IndexPoint point) => _points[point.Id] = point;

    public void Delete(Guid id) => _points.Remove(id);

    public void SetVectors(VectorUpdate update)
    {
        if (_points.TryGetValue(update.Id, out var point))
        {
            var vectors = point.Vectors.ToDictionary();
            foreach (var (space, vector) in update.Vectors)
            {
                vectors.Remove(space);
                if (vector is not null)
                {
                    vectors.Add(space, vector);
                }
            }

            _points[update.Id] = point with { Vectors = vectors };
        }
    }

    public IEnumerable<IndexPoint> Passing(PayloadFilter? filter) => _points.Values.Where(point =>
        (filter?.Tenant is null || point.Payload.Tenant == filter.Tenant)
        && (filter is null || filter.AllLabels.All(point.Payload.Labels.Contains)));

    /// <summary>Every point that may be found, with its score; best first, ties by id.</summary>
    public IReadOnlyList<(Guid Id, double Score)> Rank(IndexQuery query) =>
    [
        .. from point in Passing(query.Filter)
           where query.Among is null || query.Among.Contains(point.Id)
           let score = point.Vectors.TryGetValue(query.Space, out var vector) ? Score(query.Vector, vector) : null
           where score is not null
           orderby score.Value descending, point.Id
           select (point.Id, score.Value),
    ];

    private static double? Score(VectorValue query, VectorValue vector) => (query, vector) switch
    {
        (DenseVector q, DenseVector v) => Dot(q, v) / Math.Sqrt(Dot(q, q) * Dot(v, v)),
        (BinaryCode q, BinaryCode v) => -q.Bytes.Zip(v.Bytes, (a, b) => BitOperations.PopCount((uint)(a ^ b))).Sum(),
        (SparseVector q, SparseVector v) => Dot(q, v),
        _ => throw new ArgumentException("Vectors of two kinds."),
    };

    private static double Dot(DenseVector a, DenseVector b) => a.Values.Zip(b.Values, (x, y) => (double)x * y).Sum();

    private static double? Dot(SparseVector a, SparseVector b)
    {
        var weights = b.Indices.Zip(b.Values).ToDictionary(p => p.First, p => (double)p.Second);
        var shared = a.Indices.Zip(a.Values).Where(p => weights.ContainsKey(p.First)).ToList();
        return shared.Count == 0 ? null : shared.Sum(p => p.Second * weights[p.First]);
    }
}
