using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>A bucket that a search looks into; what lies where is known once it is fetched.</summary>
internal unsafe struct Probe
{
    /// <summary>Words of a cache line.</summary>
    private const int LineWords = 8;

    /// <summary>Words that are asked for; what follows them the processor foresees.</summary>
    private const int Fetched = 16 * LineWords;

    /// <summary>The bucket, in an array that does not move.</summary>
    public Bucket* Bucket;

    /// <summary>The kept words of the slab, later those of the bucket, in an array that does not move while it is searched.</summary>
    public ulong* Words;

    /// <summary>Where the bucket lies in its slab.</summary>
    public int Start;

    /// <summary>Codes in it.</summary>
    public int Count;

    /// <summary>Number of its table.</summary>
    public int Table;

    /// <summary>The step that looks.</summary>
    public int Step;

    /// <summary>Begins to fetch where the bucket lies.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void FetchBucket()
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(Bucket);
        }
    }

    /// <summary>Reads where the bucket lies, and begins to fetch its words.</summary>
    /// <returns><see cref="Count"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int FetchWords()
    {
        (Start, Count) = *Bucket;
        Words += Start;
        if (Sse.IsSupported)
        {
            // Two lines in any case, which costs less than a branch that cannot be foreseen.
            Sse.Prefetch0(Words);
            Sse.Prefetch0(Words + LineWords);
            for (var word = 2 * LineWords; word < Math.Min(Count, Fetched); word += LineWords)
            {
                Sse.Prefetch0(Words + word);
            }
        }

        return Count;
    }
}
