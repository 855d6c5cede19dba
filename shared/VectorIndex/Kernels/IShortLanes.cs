namespace Pipeline.VectorIndex.Kernels;

/// <summary>
/// Codes of up to 64 bits side by side in a register, compared with one code. They lie in planes, one for each 16 bits: place i of plane
/// k is bits 16 k to 16 k + 15 of code i. For short lists that are not worth being turned into bit planes.
/// </summary>
internal unsafe interface IShortLanes
{
    /// <summary>Codes behind the last of a plane that must be readable.</summary>
    const int ReadAhead = 31;

    /// <summary>Bits of a plane.</summary>
    const int PlaneBits = 16;

    /// <summary>Width in codes: a power of two up to 32.</summary>
    static abstract int Codes { get; }

    /// <summary>The codes that differ from the query in at most so many bits.</summary>
    /// <param name="codes">The first of as many codes as there are lanes, in the first plane.</param>
    /// <param name="stride">Places from a plane to the next.</param>
    /// <param name="planes">Number of planes, 1 to 4.</param>
    /// <param name="query">What they are compared with: 16 bits a plane.</param>
    /// <param name="limit">Greatest number of bits, at most 64; none is near if it is less than 0.</param>
    /// <param name="distances">Receives in how many bits each differs.</param>
    /// <returns>Bit i is set if code i is near enough.</returns>
    static abstract uint Within(ushort* codes, int stride, int planes, ushort* query, int limit, short* distances);

    /// <summary>The codes that differ from the query in at least so many bits under a mask.</summary>
    /// <param name="codes">The first of as many codes as there are lanes, in the first plane.</param>
    /// <param name="stride">Places from a plane to the next.</param>
    /// <param name="query">What they are compared with.</param>
    /// <param name="mask">The bits that count, in planes that there are.</param>
    /// <param name="least">Least number of bits, at least 0.</param>
    /// <returns>Bit i is set if code i does.</returns>
    static abstract uint Beyond(ushort* codes, int stride, ulong query, ulong mask, int least);
}
