using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Sift;

/// <summary>
/// By VNNI, which multiplies unsigned bytes by signed ones and adds four products at once: half the instructions and a half of the memory
/// of <see cref="WideDotProducts"/>. One side is stored as b − 128, and a·b = a·(b − 128) + 128 · Σa goes into the term of a.
/// </summary>
internal readonly struct ByteDotProducts : IDotProducts
{
    private const byte SignBit = 0x80;

    public static int RowBytes => SiftFeatures.DescriptorSize;

    public static void PrepareRows(ReadOnlySpan<byte> descriptors, Span<byte> rows, Span<int> terms)
    {
        descriptors.CopyTo(rows);
        for (var i = 0; i < descriptors.Length / RowBytes; i++)
        {
            var (norm, sum) = (0, 0);
            foreach (var value in descriptors.Slice(i * RowBytes, RowBytes))
            {
                norm += value * value;
                sum += value;
            }

            terms[i] = norm - (2 * SignBit * sum);
        }
    }

    public static void PrepareOthers(ReadOnlySpan<byte> descriptors, Span<byte> others, Span<int> terms)
    {
        for (var i = 0; i < descriptors.Length / RowBytes; i++)
        {
            var norm = 0;
            for (var k = i * RowBytes; k < (i + 1) * RowBytes; k++)
            {
                var value = descriptors[k];
                others[k] = (byte)(value ^ SignBit);
                norm += value * value;
            }

            terms[i] = norm;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int One(ref byte row, ref byte other)
    {
        var sum = Vector256<int>.Zero;
        for (nuint k = 0; k < SiftFeatures.DescriptorSize; k += 32)
        {
            sum = AvxVnni.MultiplyWideningAndAdd(sum, Vector256.LoadUnsafe(ref row, k), Vector256.LoadUnsafe(ref other, k).AsSByte());
        }

        return Vector256.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Four(ref byte rows, ref byte other)
    {
        var sum0 = Vector256<int>.Zero;
        var sum1 = Vector256<int>.Zero;
        var sum2 = Vector256<int>.Zero;
        var sum3 = Vector256<int>.Zero;
        for (nuint k = 0; k < SiftFeatures.DescriptorSize; k += 32)
        {
            var o = Vector256.LoadUnsafe(ref other, k).AsSByte();
            sum0 = AvxVnni.MultiplyWideningAndAdd(sum0, Vector256.LoadUnsafe(ref rows, k), o);
            sum1 = AvxVnni.MultiplyWideningAndAdd(sum1, Vector256.LoadUnsafe(ref rows, k + SiftFeatures.DescriptorSize), o);
            sum2 = AvxVnni.MultiplyWideningAndAdd(sum2, Vector256.LoadUnsafe(ref rows, k + (2 * SiftFeatures.DescriptorSize)), o);
            sum3 = AvxVnni.MultiplyWideningAndAdd(sum3, Vector256.LoadUnsafe(ref rows, k + (3 * SiftFeatures.DescriptorSize)), o);
        }

        return HorizontalSums.Each(sum0, sum1, sum2, sum3);
    }
}
