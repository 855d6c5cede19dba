namespace Pipeline.Hashing.Learning;

/// <summary>What learners draw from the generator.</summary>
internal static class SeededDraws
{
    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public static double Uniform(this SplitMix64 random) => (random.Next() >> 11) * (1.0 / (1L << 53));

    /// <summary>Uniform in 0 … count − 1 (Lemire's multiplication; its bias of count/2⁶⁴ is of no account).</summary>
    public static int Below(this SplitMix64 random, int count) => (int)Math.BigMul(random.Next(), (ulong)count, out _);

    /// <summary>Orders at random (Fisher and Yates).</summary>
    public static void Shuffle(this SplitMix64 random, Span<int> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int other = random.Below(i + 1);
            (items[i], items[other]) = (items[other], items[i]);
        }
    }

    /// <summary>Different numbers of 0 … total − 1 in random order; all of them if there are no more than asked for.</summary>
    public static int[] Sample(this SplitMix64 random, int total, int count)
    {
        int[] items = [.. Enumerable.Range(0, total)];
        random.Shuffle(items);
        return count < total ? items[..count] : items;
    }
}
