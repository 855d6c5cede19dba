using System.Numerics;

namespace Pipeline.Tests.Unit.VectorIndex.Hamming;

/// <summary>Random codes, many of them near or equal to each other, and their distances in the plainest way.</summary>
internal static class Codes
{
    /// <summary>Every length that an encoder may have.</summary>
    public static IEnumerable<int> Lengths => Enumerable.Range(2, 31).Select(bytes => bytes * 8);

    public static byte[] Random(Random random, int bits)
    {
        var code = new byte[bits / 8];
        random.NextBytes(code);
        return code;
    }

    /// <summary>The same code with some bits turned.</summary>
    public static byte[] Near(Random random, byte[] code, int flips)
    {
        var near = (byte[])code.Clone();
        for (var i = 0; i < flips; i++)
        {
            var bit = random.Next(code.Length * 8);
            near[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        return near;
    }

    /// <summary>Codes in clusters, with duplicates and complements, as hashed pictures have.</summary>
    public static byte[][] Clustered(Random random, int bits, int count)
    {
        var centres = Enumerable.Range(0, 1 + (count / 20)).Select(_ => Random(random, bits)).ToArray();
        return [.. Enumerable.Range(0, count).Select(_ => Draw(random, centres[random.Next(centres.Length)]))];
    }

    public static int Distance(byte[] x, byte[] y) => x.Zip(y, (a, b) => BitOperations.PopCount((uint)(a ^ b))).Sum();

    private static byte[] Draw(Random random, byte[] centre) => random.Next(10) switch
    {
        0 => centre,
        1 => [.. centre.Select(value => (byte)~value)],
        2 => Random(random, centre.Length * 8),
        var kind => Near(random, centre, kind),
    };
}
