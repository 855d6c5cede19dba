using Pipeline.Contracts;
using Pipeline.Imaging;

namespace Pipeline.Tests.Benchmarks;

/// <summary>Real pictures of one size, and another view of each as the query that somebody would send.</summary>
internal sealed class Photographs
{
    /// <summary>Number of pictures.</summary>
    public const int Most = 24;

    private const int LongSide = 640;

    private Photographs(IReadOnlyList<BenchmarkImage> images, IReadOnlyList<byte[]> queries) => (Images, Queries) = (images, queries);

    public IReadOnlyList<BenchmarkImage> Images { get; }

    /// <summary>One for each image: cut and compressed.</summary>
    public IReadOnlyList<byte[]> Queries { get; }

    /// <summary>Renders the first pictures of a folder into another.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static async Task<Photographs> LoadAsync(string source, string target)
    {
        var decoder = new ImageDecoder(new ImagingOptions());
        var transforms = new ImageTransforms(decoder);
        var copies = await new ImageCopies(source, Path.Combine(target, "originals")).MakeAsync(Most);
        var (images, queries) = (new BenchmarkImage[Most], new byte[Most][]);
        for (var i = 0; i < Most; i++)
        {
            var original = await File.ReadAllBytesAsync(copies[i].Path);
            var header = decoder.ReadHeader(original);
            var scale = Math.Min(1, (double)LongSide / Math.Max(header.Width, header.Height));
            // Where pictures are few, each comes several times and must still be another image.
            var picture = transforms.Render(original, new ImageView { Scale = scale, JpegQuality = 92 - (i % 8) });
            queries[i] = transforms.Render(original, new ImageView { Scale = scale, Crop = 0.85, JpegQuality = 70 });
            var file = Path.Combine(target, $"{i:d2}.jpg");
            await File.WriteAllBytesAsync(file, picture);
            images[i] = new BenchmarkImage(file, ImageIdentity.Create(BenchmarkImage.Collection, Tenants.Default, ImageIdentity.HashContent(picture)));
        }

        return new Photographs(images, queries);
    }
}
