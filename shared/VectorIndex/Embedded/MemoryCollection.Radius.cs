using Pipeline.VectorIndex.Hamming;
using Pipeline.VectorIndex.Kernels;

namespace Pipeline.VectorIndex.Embedded;

internal sealed partial class MemoryCollection
{
    /// <summary>All points within a distance, nearest first; <paramref name="code"/> has been prepared for the space.</summary>
    /// <param name="ordinal">The space, one of codes.</param>
    /// <param name="code">The query.</param>
    /// <param name="query">Radius and filter.</param>
    /// <param name="tablesFrom">Number of points from which on tables are kept; fewer are scanned.</param>
    /// <param name="maxThreads">Most threads of a search.</param>
    /// <param name="ct">Cancels.</param>
    public IReadOnlyList<IndexHit> SearchRadius(
        int ordinal, BinaryCode code, RadiusQuery query, int tablesFrom, int maxThreads, CancellationToken ct)
    {
        var column = (CodeColumn)_columns[ordinal];
        var radius = Math.Min(query.Radius, column.Codes.Planes);

        // Entered first: what the view shows stays in the tables for as long as the view is held.
        using var view = Enter(query.Filter);
        var found = view.Live.Count >= tablesFrom
            ? Shown(column.Tables.Search(code.Bytes, radius, maxThreads), view, query.Filter is null)
            : ScanRadius(column, code, radius, view);
        ct.ThrowIfCancellationRequested();

        var hits = new IndexHit[found.Count];
        for (var i = 0; i < hits.Length; i++)
        {
            hits[i] = new IndexHit(Id(found[i].Id), -found[i].Distance, Payload(found[i].Id));
        }

        // Within a distance by id; distances ascend already.
        for (int start = 0, end = 0; start < hits.Length; start = end)
        {
            while (end < hits.Length && found[end].Distance == found[start].Distance)
            {
                end++;
            }

            hits.AsSpan(start, end - start).Sort((a, b) => a.Id.CompareTo(b.Id));
        }

        return hits;
    }

    /// <summary>The rows, of those found, that the view shows.</summary>
    private List<HammingHit> Shown(HammingHit[] found, ReadView view, bool all)
    {
        var shown = new List<HammingHit>(found.Length);
        if (all)
        {
            shown.AddRange(found.Where(hit => view.Live.Contains(hit.Id)));
            return shown;
        }

        using var mask = CreateMask(view, null);
        shown.AddRange(found.Where(hit => Rows.Chunk(hit.Id) < mask.ChunkCount && mask.Contains(hit.Id)));
        return shown;
    }

    private IReadOnlyList<HammingHit> ScanRadius(CodeColumn column, BinaryCode code, int radius, ReadView view)
    {
        using var mask = CreateMask(view, column);
        using var nearest = new NearestRows(int.MaxValue, radius);
        var blocks = mask.ChunkCount * (Rows.PerChunk / HammingKernel.BlockRows);
        BlockScan.Run(column.Codes, new PlaneQuery(code.Bytes), 0, blocks, new RadiusSink(mask, nearest));
        return nearest.ToHits();
    }

    private readonly struct RadiusSink(RowMask mask, NearestRows nearest) : IRowSink
    {
        public int Limit => nearest.Bar;

        public ReadOnlySpan<ulong> Rows(int block) => mask.Words.Slice(block * HammingKernel.PlaneWords, HammingKernel.PlaneWords);

        public void Offer(int distance, int row) => nearest.Offer(distance, row);
    }
}
