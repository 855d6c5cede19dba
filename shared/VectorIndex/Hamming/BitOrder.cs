using System.Numerics;

namespace Pipeline.VectorIndex.Hamming;

/// <summary>
/// Another order of the bits of codes of one word, in which bits that vary together lie in different substrings: the codes then
/// spread more evenly over the substrings' values, and a search meets fewer of them. Distances are the same in any order.
/// </summary>
internal sealed class BitOrder
{
    private const int Values = 256;

    /// <summary>Least gain of an exchange, so that rounding cannot keep them going.</summary>
    private const double LeastGain = 1e-9;

    // Where the bits of a byte's value go, by byte and value.
    private readonly ulong[] _ofByte = new ulong[sizeof(ulong) * Values];

    /// <param name="bits">The bit that comes to each place; the bits behind them stay.</param>
    public BitOrder(ReadOnlySpan<int> bits)
    {
        for (var place = 0; place < 64; place++)
        {
            var bit = place < bits.Length ? bits[place] : place;
            for (var value = 0; value < Values; value++)
            {
                if ((value >> (bit % 8) & 1) != 0)
                {
                    _ofByte[(bit / 8 * Values) + value] |= 1UL << place;
                }
            }
        }
    }

    /// <summary>The code with its bits in this order.</summary>
    public ulong Apply(ulong code)
    {
        ulong ordered = 0;
        for (var i = 0; i < sizeof(ulong); i++, code >>= 8)
        {
            ordered |= _ofByte[(i * Values) + (byte)code];
        }

        return ordered;
    }

    /// <summary>
    /// The order in which the squared correlations ρ² of bits in the same substring have the least sum that exchanges of two bits
    /// lead to.
    /// </summary>
    /// <param name="codes">Codes to learn from.</param>
    /// <param name="lengths">Lengths of the substrings, together at most 64 bits.</param>
    public static BitOrder Learn(ReadOnlySpan<ulong> codes, ReadOnlySpan<int> lengths)
    {
        var substring = new int[64];
        var count = 0;
        for (var s = 0; s < lengths.Length; s++)
        {
            substring.AsSpan(count, lengths[s]).Fill(s);
            count += lengths[s];
        }

        var correlations = SquaredCorrelations(codes, count);
        int[] bits = [.. Enumerable.Range(0, count)];
        for (var improved = true; improved;)
        {
            improved = false;
            for (var a = 0; a < count; a++)
            {
                for (var b = a + 1; b < count; b++)
                {
                    if (substring[a] != substring[b] && Gain(correlations, bits, substring, a, b) > LeastGain)
                    {
                        (bits[a], bits[b]) = (bits[b], bits[a]);
                        improved = true;
                    }
                }
            }
        }

        return new BitOrder(bits);
    }

    /// <summary>By how much the sum falls if the bits at two places of different substrings are exchanged.</summary>
    private static double Gain(double[,] correlations, int[] bits, int[] substring, int a, int b)
    {
        double gain = 0;
        for (var c = 0; c < bits.Length; c++)
        {
            var difference = correlations[bits[a], bits[c]] - correlations[bits[b], bits[c]];
            if (c != a && substring[c] == substring[a])
            {
                gain += difference;
            }
            else if (c != b && substring[c] == substring[b])
            {
                gain -= difference;
            }
        }

        return gain;
    }

    private static double[,] SquaredCorrelations(ReadOnlySpan<ulong> codes, int bits)
    {
        // A plane a bit: what two bits have in common is counted 64 codes at a time.
        var words = (codes.Length + 63) / 64;
        var planes = new ulong[bits * words];
        for (var i = 0; i < codes.Length; i++)
        {
            for (var b = 0; b < bits; b++)
            {
                planes[(b * words) + (i / 64)] |= (codes[i] >> b & 1) << (i % 64);
            }
        }

        var squares = new double[bits, bits];
        for (var a = 0; a < bits; a++)
        {
            for (var b = 0; b < a; b++)
            {
                squares[a, b] = squares[b, a] = SquaredCorrelation(
                    planes.AsSpan(a * words, words), planes.AsSpan(b * words, words), codes.Length);
            }
        }

        return squares;
    }

    private static double SquaredCorrelation(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b, double count)
    {
        double inA = 0, inB = 0, both = 0;
        for (var i = 0; i < a.Length; i++)
        {
            inA += BitOperations.PopCount(a[i]);
            inB += BitOperations.PopCount(b[i]);
            both += BitOperations.PopCount(a[i] & b[i]);
        }

        var covariance = (count * both) - (inA * inB);
        var variances = inA * (count - inA) * inB * (count - inB);
        return variances == 0 ? 0 : covariance * covariance / variances;
    }
}
