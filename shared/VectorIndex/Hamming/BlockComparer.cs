using Pipeline.VectorIndex.Kernels;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>One thread's comparison of a query with block after block: the rows within a limit, and their distances.</summary>
internal readonly unsafe ref struct BlockComparer
{
    private readonly PlaneQuery _query;
    private readonly int _distancePlanes;
    private readonly ulong* _hits;
    private readonly ulong* _above;
    private readonly ulong* _distances;

    /// <param name="query">The query.</param>
    /// <param name="scratch"><see cref="ScratchWords"/> words on the stack.</param>
    public BlockComparer(PlaneQuery query, ulong* scratch)
    {
        _query = query;
        _distancePlanes = HammingKernel.DistancePlanes(query.Planes);
        _hits = scratch;
        _distances = scratch + HammingKernel.PlaneWords;
        _above = _distances + (_distancePlanes * HammingKernel.PlaneWords);
    }

    /// <summary>Words that a comparer of so many planes works in.</summary>
    public static int ScratchWords(int planes) =>
        HammingKernel.PlaneWords + (HammingKernel.DistancePlanes(planes) * (HammingKernel.PlaneWords + 1));

    /// <summary>Sets the greatest distance that is a hit, at least 0.</summary>
    public void SetLimit(int limit)
    {
        for (var j = 0; j < _distancePlanes; j++)
        {
            _above[j] = ((ulong)(limit >> j) & 1) - 1;
        }
    }

    /// <summary>Compares a block, and says whether any row is within the limit.</summary>
    public bool Compare(ulong* block) => HammingKernel.Within(block, _query.Words, _query.Planes, _above, _hits, _distances);

    /// <summary>Rows within the limit among 64 · <paramref name="word"/> and following, of the block compared last.</summary>
    public ulong Hits(int word) => _hits[word];

    /// <summary>The distance of a hit.</summary>
    /// <param name="word">The word of <see cref="Hits"/>.</param>
    /// <param name="bit">The bit in it.</param>
    public int Distance(int word, int bit)
    {
        var distance = 0;
        for (var j = 0; j < _distancePlanes; j++)
        {
            distance |= (int)((_distances[(j * HammingKernel.PlaneWords) + word] >> bit) & 1) << j;
        }

        return distance;
    }
}
