using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Sift;

/// <summary>
/// Dot products of descriptors that are prepared for it. With the terms t that preparation gives, the squared distance of a row a and
/// another row b is t(a) + t(b) − 2 · dot(a, b), exactly.
/// </summary>
internal interface IDotProducts
{
    /// <summary>Bytes of a prepared descriptor.</summary>
    static abstract int RowBytes { get; }

    /// <summary>Prepares the rows of one side.</summary>
    static abstract void PrepareRows(ReadOnlySpan<byte> descriptors, Span<byte> rows, Span<int> terms);

    /// <summary>Prepares the rows of the other side.</summary>
    static abstract void PrepareOthers(ReadOnlySpan<byte> descriptors, Span<byte> others, Span<int> terms);

    /// <summary>Of one row with another.</summary>
    static abstract int One(ref byte row, ref byte other);

    /// <summary>Of four rows that follow each other with another.</summary>
    static abstract Vector128<int> Four(ref byte rows, ref byte other);
}

/// <summary>Sums of vectors, which both kinds of dot products need.</summary>
internal static class HorizontalSums
{
    /// <summary>Four horizontal sums at the price of about one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Each(Vector256<int> sum0, Vector256<int> sum1, Vector256<int> sum2, Vector256<int> sum3)
    {
        var pairs = Avx2.HorizontalAdd(Avx2.HorizontalAdd(sum0, sum1), Avx2.HorizontalAdd(sum2, sum3));
        return pairs.GetLower() + pairs.GetUpper();
    }
}
