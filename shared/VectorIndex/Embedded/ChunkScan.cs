namespace Pipeline.VectorIndex.Embedded;

/// <summary>Offers the rows of a chunk that are in a mask. Implemented by structs, so that the scan is compiled for each.</summary>
internal interface IChunkScanner
{
    void Scan(RowMask mask, int chunk, TopK best);
}

/// <summary>Scans the rows of a mask, chunk by chunk, on one or several threads.</summary>
internal static class ChunkScan
{
    public static void Run<TScanner>(
        RowMask mask, TScanner scanner, TopK best, Func<TopK> createLocal, int threads, CancellationToken ct)
        where TScanner : struct, IChunkScanner
    {
        if (threads <= 1)
        {
            for (var chunk = 0; chunk < mask.ChunkCount; chunk++)
            {
                ct.ThrowIfCancellationRequested();
                scanner.Scan(mask, chunk, best);
            }

            return;
        }

        var next = -1;
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = ct };
        Parallel.For(0, threads, options, _ =>
        {
            using var local = createLocal();
            for (var chunk = Interlocked.Increment(ref next); chunk < mask.ChunkCount; chunk = Interlocked.Increment(ref next))
            {
                ct.ThrowIfCancellationRequested();
                scanner.Scan(mask, chunk, local);
            }

            lock (best)
            {
                best.Merge(local);
            }
        });
    }
}
