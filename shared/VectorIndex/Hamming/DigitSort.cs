namespace Pipeline.VectorIndex.Hamming;

/// <summary>
/// Sorts keys by some of their bits, a digit after the other from the least significant one on, without comparing any. Keys with the same
/// bits stay in the order they had.
/// </summary>
internal static class DigitSort
{
    /// <summary>Most bits of a digit: it has a table of all its values.</summary>
    private const int MaxDigit = 11;

    /// <summary>Sorts the first keys of an array.</summary>
    /// <param name="keys">The keys; another array afterwards.</param>
    /// <param name="room">An array of at least as many.</param>
    /// <param name="count">Number of keys.</param>
    /// <param name="firstBit">The least significant bit to sort by.</param>
    /// <param name="bits">Number of bits.</param>
    public static void Sort(ref ulong[] keys, ref ulong[] room, int count, int firstBit, int bits)
    {
        var digits = (bits + MaxDigit - 1) / MaxDigit;
        if (digits == 0)
        {
            return;
        }

        var length = (bits + digits - 1) / digits;
        Span<int> places = stackalloc int[1 << length];
        for (var done = 0; done < bits; done += length)
        {
            var values = places[..(1 << Math.Min(length, bits - done))];
            SortByDigit(keys.AsSpan(0, count), room.AsSpan(0, count), values, firstBit + done);
            (keys, room) = (room, keys);
        }
    }

    private static void SortByDigit(ReadOnlySpan<ulong> keys, Span<ulong> sorted, Span<int> places, int firstBit)
    {
        places.Clear();
        foreach (var key in keys)
        {
            places[(int)(key >> firstBit) & (places.Length - 1)]++;
        }

        var start = 0;
        foreach (ref var place in places)
        {
            (place, start) = (start, start + place);
        }

        foreach (var key in keys)
        {
            sorted[places[(int)(key >> firstBit) & (places.Length - 1)]++] = key;
        }
    }
}
