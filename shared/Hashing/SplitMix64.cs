namespace Pipeline.Hashing;

/// <summary>
/// The SplitMix64 generator (Steele, Lea, Flood, OOPSLA 2014): the same numbers on every platform and in every version
/// of .NET, which <see cref="Random"/> does not promise.
/// </summary>
/// <param name="seed">Decides all numbers.</param>
public sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 random bits.</summary>
    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>
    /// Approximately normal with variance 1: the sum of twelve uniform numbers (Irwin–Hall) less six. Made of additions
    /// alone, it does not depend on a mathematics library's last digit, as a transform by logarithm and sine would.
    /// </summary>
    public double NextGaussian()
    {
        ulong sum = 0;
        for (int i = 0; i < 12; i++)
        {
            sum += Next() >> 32;
        }

        return (sum / 4294967296.0) - 6;
    }
}
