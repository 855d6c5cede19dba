using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Sift;

/// <summary>
/// By AVX2 or AVX-512 on bytes that were widened to 16 bits once, so that the inner loop is load, multiply-add, add. Products of bytes add
/// up to at most 128 × 255² = 8.3 million: no overflow.
/// </summary>
internal readonly struct WideDotProducts : IDotProducts
{
    private const int Size = SiftFeatures.DescriptorSize;

    public static int RowBytes => Size * sizeof(short);

    public static void PrepareRows(ReadOnlySpan<byte> descriptors, Span<byte> rows, Span<int> terms) => Widen(descriptors, rows, terms);

    public static void PrepareOthers(ReadOnlySpan<byte> descriptors, Span<byte> others, Span<int> terms) => Widen(descriptors, others, terms);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int One(ref byte row, ref byte other)
    {
        ref var a = ref Unsafe.As<byte, short>(ref row);
        ref var b = ref Unsafe.As<byte, short>(ref other);
        var sum = Vector256<int>.Zero;
        for (nuint k = 0; k < Size; k += 16)
        {
            sum += Avx2.MultiplyAddAdjacent(Vector256.LoadUnsafe(ref a, k), Vector256.LoadUnsafe(ref b, k));
        }

        return Vector256.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Four(ref byte rows, ref byte other)
    {
        ref var a = ref Unsafe.As<byte, short>(ref rows);
        ref var b = ref Unsafe.As<byte, short>(ref other);
        if (Avx512BW.IsSupported)
        {
            return FourWidest(ref a, ref b);
        }

        var sum0 = Vector256<int>.Zero;
        var sum1 = Vector256<int>.Zero;
        var sum2 = Vector256<int>.Zero;
        var sum3 = Vector256<int>.Zero;
        for (nuint k = 0; k < Size; k += 16)
        {
            var o = Vector256.LoadUnsafe(ref b, k);
            sum0 += Avx2.MultiplyAddAdjacent(Vector256.LoadUnsafe(ref a, k), o);
            sum1 += Avx2.MultiplyAddAdjacent(Vector256.LoadUnsafe(ref a, k + Size), o);
            sum2 += Avx2.MultiplyAddAdjacent(Vector256.LoadUnsafe(ref a, k + (2 * Size)), o);
            sum3 += Avx2.MultiplyAddAdjacent(Vector256.LoadUnsafe(ref a, k + (3 * Size)), o);
        }

        return HorizontalSums.Each(sum0, sum1, sum2, sum3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> FourWidest(ref short rows, ref short other)
    {
        var sum0 = Vector512<int>.Zero;
        var sum1 = Vector512<int>.Zero;
        var sum2 = Vector512<int>.Zero;
        var sum3 = Vector512<int>.Zero;
        for (nuint k = 0; k < Size; k += 32)
        {
            var o = Vector512.LoadUnsafe(ref other, k);
            sum0 += Avx512BW.MultiplyAddAdjacent(Vector512.LoadUnsafe(ref rows, k), o);
            sum1 += Avx512BW.MultiplyAddAdjacent(Vector512.LoadUnsafe(ref rows, k + Size), o);
            sum2 += Avx512BW.MultiplyAddAdjacent(Vector512.LoadUnsafe(ref rows, k + (2 * Size)), o);
            sum3 += Avx512BW.MultiplyAddAdjacent(Vector512.LoadUnsafe(ref rows, k + (3 * Size)), o);
        }

        return HorizontalSums.Each(
            sum0.GetLower() + sum0.GetUpper(), sum1.GetLower() + sum1.GetUpper(),
            sum2.GetLower() + sum2.GetUpper(), sum3.GetLower() + sum3.GetUpper());
    }

    private static void Widen(ReadOnlySpan<byte> descriptors, Span<byte> rows, Span<int> terms)
    {
        var wide = MemoryMarshal.Cast<byte, short>(rows);
        for (var i = 0; i < descriptors.Length / Size; i++)
        {
            var norm = 0;
            for (var k = i * Size; k < (i + 1) * Size; k++)
            {
                var value = descriptors[k];
                wide[k] = value;
                norm += value * value;
            }

            terms[i] = norm;
        }
    }
}
