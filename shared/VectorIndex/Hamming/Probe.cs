using System.Runtime.CompilerServices;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>A bucket that a search looks into; what lies where is known once it is fetched.</summary>
internal unsafe struct Probe
{
    private const int LineBytes = 64;

    /// <summary>Bytes that are asked for; what follows them the processor foresees.</summary>
    private const int Fetched = 16 * LineBytes;

    /// <summary>The bucket, in an array that does not move.</summary>
    public Bucket* Bucket;

    /// <summary>What it has in common with others.</summary>
    public Look* Look;

    /// <summary>The bucket's codes, in memory that does not move.</summary>
    public ushort* Codes;

    /// <summary>Codes in it.</summary>
    public int Count;

    /// <summary>Places from a plane of codes to the next.</summary>
    public int Stride;

    /// <summary>The values of the bucket's codes.</summary>
    public readonly int* Values => (int*)(Codes + (Look->Planes * Stride));

    /// <summary>Begins to fetch where the bucket lies.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void FetchBucket()
    {
        CacheLines.Fetch(Bucket);
    }

    /// <summary>Reads where the bucket lies, and begins to fetch its codes.</summary>
    /// <returns><see cref="Count"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int FetchCodes()
    {
        Codes = BucketSlab.Codes(Look->Codes, Bucket->Start);
        Count = Bucket->Count;
        Stride = BucketSlab.Room(Count);
        // Two lines in any case, which costs less than a branch that cannot be foreseen.
        var first = (byte*)Codes;
        CacheLines.Fetch(first);
        CacheLines.Fetch(first + LineBytes);
        var end = Math.Min(Fetched, sizeof(ushort) * ((Look->Planes * Stride) + 8));
        for (var line = 2 * LineBytes; line < end; line += LineBytes)
        {
            CacheLines.Fetch(first + line);
        }

        return Count;
    }
}
