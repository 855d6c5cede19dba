using System.Runtime.InteropServices;

namespace Pipeline.VectorIndex.Embedded;

/// <summary>Compares prepared vectors bit by bit.</summary>
internal static class VectorEquality
{
    public static bool AreSame(VectorValue? a, VectorValue? b) => (a, b) switch
    {
        (null, null) => true,
        (DenseVector x, DenseVector y) => AreSame<float>(x.Values, y.Values),
        (BinaryCode x, BinaryCode y) => AreSame<byte>(x.Bytes, y.Bytes),
        (SparseVector x, SparseVector y) => AreSame<uint>(x.Indices, y.Indices) && AreSame<float>(x.Values, y.Values),
        _ => false,
    };

    private static bool AreSame<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b)
        where T : unmanaged => MemoryMarshal.AsBytes(a).SequenceEqual(MemoryMarshal.AsBytes(b));
}
