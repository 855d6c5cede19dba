using System.Runtime.CompilerServices;
using Pipeline.VectorIndex.Kernels;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>A bucket that a search looks into; what lies where is known once it is fetched.</summary>
internal unsafe struct Probe
{
    /// <summary>Bytes that are asked for; what follows them the processor foresees.</summary>
    private const int Fetched = 16 * CacheLines.Bytes;

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

    /// <summary>Bytes of them that are read when they are compared.</summary>
    public int Read;

    /// <summary>The values of the bucket's codes.</summary>
    public readonly int* Values => (int*)(Codes + (Look->Planes * Stride));

    /// <summary>Reads some of where the bucket lies: what was asked for may have been forgotten.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void ReadBucket() => _ = Volatile.Read(ref *(byte*)Bucket);

    /// <summary>Reads where the bucket lies, and begins to fetch its codes.</summary>
    /// <returns><see cref="Count"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int FetchCodes()
    {
        var codes = BucketSlab.Codes(Look->Codes, Bucket->Start);
        var count = Bucket->Count;
        var stride = BucketSlab.Room(count);
        Codes = codes;
        Count = count;
        Stride = stride;

        // All that will be read, as that goes beyond the last code; nearly always two lines or more, so these without a branch.
        Read = sizeof(ushort) * (((Look->Planes - 1) * stride) + ((count + IShortLanes.ReadAhead) & ~IShortLanes.ReadAhead));
        var end = (nint)Math.Min(Fetched, Read);
        CacheLines.Fetch(codes);
        CacheLines.Fetch((byte*)codes + CacheLines.Bytes);
        for (nint line = 2 * CacheLines.Bytes; line < end; line += CacheLines.Bytes)
        {
            CacheLines.Fetch((byte*)codes + line);
        }

        return count;
    }

    /// <summary>Reads a byte of the first four lines of its codes, if there are as many: they too may have been forgotten.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void ReadLines()
    {
        var codes = (byte*)Codes;
        var last = Read - 1;
        _ = Volatile.Read(ref codes[0]);
        _ = Volatile.Read(ref codes[CacheLines.Bytes]);
        _ = Volatile.Read(ref codes[Least(2 * CacheLines.Bytes, last)]);
        _ = Volatile.Read(ref codes[Least(3 * CacheLines.Bytes, last)]);
    }

    /// <summary>The lesser of two numbers, without a branch that could not be foreseen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Least(int a, int b) => a + ((b - a) & ((b - a) >> 31));
}
