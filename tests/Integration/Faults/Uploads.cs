using Pipeline.Contracts;
using Pipeline.Contracts.Events;
using Pipeline.Imaging;

namespace Pipeline.Tests.Integration.Faults;

/// <summary>The uploads of a run: distinct small pictures full of corners, and a few files that are none.</summary>
internal sealed class Uploads
{
    public const string Collection = "default";
    private const int Side = 96;
    private const int Tile = 6;

    private Uploads(IReadOnlyList<Upload> all) => All = all;

    public IReadOnlyList<Upload> All { get; }

    public IEnumerable<Upload> Good => All.Where(upload => upload.IsGood);

    public int Bad => All.Count(upload => !upload.IsGood);

    /// <summary>Makes them; the same seed gives the same files.</summary>
    public static Uploads Create(int good, int bad, int seed)
    {
        var random = new Random(seed);
        var all = new List<Upload>();
        for (var i = 0; i < good; i++)
        {
            all.Add(new Upload(Guid.NewGuid(), Picture(random), IsGood: true));
        }

        for (var i = 0; i < bad; i++)
        {
            // By turns a file that no decoder knows and one whose end is missing: the one fails at once, the other in the stages.
            var picture = Picture(random);
            var bytes = i % 2 == 0 ? RandomBytes(random, 500) : picture[..(picture.Length / 2)];
            all.Insert(random.Next(all.Count), new Upload(Guid.NewGuid(), bytes, IsGood: false));
        }

        return new Uploads(all);
    }

    private static byte[] Picture(Random random)
    {
        var colours = RandomBytes(random, Side / Tile * (Side / Tile) * 3);
        var pixels = new byte[Side * Side * 3];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (x, y, channel) = (i / 3 % Side, i / 3 / Side, i % 3);
            pixels[i] = colours[(((y / Tile * (Side / Tile)) + (x / Tile)) * 3) + channel];
        }

        using var buffer = PixelBuffer.From(pixels, Side, Side, 3);
        return ImageEncoder.EncodeJpeg(buffer);
    }

    private static byte[] RandomBytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}

/// <summary>One upload and what it should become.</summary>
internal sealed record Upload(Guid UploadId, byte[] Bytes, bool IsGood)
{
    public Guid ImageId { get; } = ImageIdentity.Create(Uploads.Collection, Tenants.Default, ImageIdentity.HashContent(Bytes));

    public ImageUploaded ToEvent() =>
        new() { UploadId = UploadId, Collection = Uploads.Collection, Source = new ImageSource { Bytes = Bytes } };
}
