using Pipeline.Sift;

namespace Pipeline.Tests.Unit.Neighbours.Words;

/// <summary>Descriptors around a few hundred places, so that images share some and words have something to find.</summary>
internal static class Descriptors
{
    public const int Size = SiftFeatures.DescriptorSize;

    public static byte[] Uniform(int count, int seed)
    {
        var bytes = new byte[count * Size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static SiftFeatures Image(int seed, int count, int places = 300, int noise = 12)
    {
        var random = new Random(seed);
        var rows = new byte[count * Size];
        for (var i = 0; i < count; i++)
        {
            var place = new Random(random.Next(places));
            for (var k = 0; k < Size; k++)
            {
                rows[(i * Size) + k] = (byte)(place.Next(40, 200) + random.Next(-noise, noise + 1));
            }
        }

        return Of(rows);
    }

    public static SiftFeatures[] Images(int count, int keypoints, int seed = 1) =>
        [.. Enumerable.Range(0, count).Select(i => Image((seed * 1000) + i, keypoints))];

    public static SiftFeatures Of(byte[] rows) =>
        new([.. Enumerable.Range(0, rows.Length / Size).Select(i => new Keypoint(i % 100, i / 100, 3, 0, 1, 0))], rows, 640, 480);

    public static int Distance(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var sum = 0;
        for (var k = 0; k < Size; k++)
        {
            sum += (a[k] - b[k]) * (a[k] - b[k]);
        }

        return sum;
    }
}
