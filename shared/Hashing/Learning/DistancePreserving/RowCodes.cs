using System.Numerics;

namespace Pipeline.Hashing.Learning;

/// <summary>Codes of all rows, packed for distances and as zeros and ones for training.</summary>
internal sealed class RowCodes
{
    private readonly ulong[] _words;
    private readonly int _wordsInRow;

    public RowCodes(int rows, int bits)
    {
        Values = new RowMatrix(rows, bits);
        _wordsInRow = (bits + 63) / 64;
        _words = new ulong[rows * _wordsInRow];
    }

    /// <summary>0 or 1 for each bit [rows, bits].</summary>
    public RowMatrix Values { get; }

    public static RowCodes Of(IHashFunction function, FeatureRows rows)
    {
        var codes = new RowCodes(rows.Count, function.Bits);
        ReadOnlyMemory<float> values = rows.Values.ToArray();
        Parallel.For(0, rows.Count, () => (Code: new byte[function.Bits / 8], Signs: new float[function.Bits]), (row, _, buffer) =>
        {
            function.Encode(values.Span.Slice(row * rows.Dimensions, rows.Dimensions), buffer.Code);
            for (int bit = 0; bit < buffer.Signs.Length; bit++)
            {
                buffer.Signs[bit] = (buffer.Code[bit / 8] >> (bit % 8)) & 1;
            }

            codes.Set(row, buffer.Signs);
            return buffer;
        }, _ => { });
        return codes;
    }

    /// <summary>Sets a row's bits: those of values above 0.</summary>
    public void Set(int row, ReadOnlySpan<float> activations)
    {
        Span<float> values = Values[row];
        Span<ulong> words = _words.AsSpan(row * _wordsInRow, _wordsInRow);
        words.Clear();
        for (int bit = 0; bit < values.Length; bit++)
        {
            bool set = activations[bit] > 0;
            values[bit] = set ? 1 : 0;
            words[bit / 64] |= set ? 1UL << (bit % 64) : 0;
        }
    }

    public int Distance(int first, int second)
    {
        ReadOnlySpan<ulong> x = _words.AsSpan(first * _wordsInRow, _wordsInRow), y = _words.AsSpan(second * _wordsInRow, _wordsInRow);
        int distance = 0;
        for (int i = 0; i < x.Length; i++)
        {
            distance += BitOperations.PopCount(x[i] ^ y[i]);
        }

        return distance;
    }

    /// <summary>Share of rows' bits that are equal in both.</summary>
    public double Agreement(RowCodes other)
    {
        long different = 0;
        for (int i = 0; i < _words.Length; i++)
        {
            different += BitOperations.PopCount(_words[i] ^ other._words[i]);
        }

        return 1 - ((double)different / ((long)Values.Rows * Values.Columns));
    }
}
