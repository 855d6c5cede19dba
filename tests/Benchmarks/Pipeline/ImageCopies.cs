using Pipeline.Contracts;

namespace Pipeline.Tests.Benchmarks;

/// <summary>
/// Makes as many pictures as are wanted from those there are. Some bytes after the end of the picture, which no decoder
/// reads, make each a new image to the pipeline at the same work.
/// </summary>
internal sealed class ImageCopies(string source, string folder)
{
    private static readonly string[] Endings = [".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".avif", ".heic"];

    private readonly IReadOnlyList<string> _files = Files(source);

    public string Folder => folder;

    /// <summary>The pictures in a folder and below, in ordinal order.</summary>
    public static IReadOnlyList<string> Files(string source) =>
    [
        .. Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories)
            .Where(file => Endings.Contains(Path.GetExtension(file).ToLowerInvariant()))
            .Order(StringComparer.Ordinal),
    ];

    public async Task<IReadOnlyList<BenchmarkImage>> MakeAsync(int count)
    {
        if (_files.Count == 0)
        {
            throw new ArgumentException($"There are no pictures in {source}.");
        }

        var target = Directory.CreateDirectory(Path.Combine(folder, Guid.NewGuid().ToString("N"))).FullName;
        var images = new BenchmarkImage[count];
        await Parallel.ForAsync(0, count, async (i, ct) =>
        {
            var file = _files[i % _files.Count];
            byte[] bytes = [.. await File.ReadAllBytesAsync(file, ct), .. Guid.NewGuid().ToByteArray()];
            var copy = Path.Combine(target, $"{i:d6}{Path.GetExtension(file)}");
            await File.WriteAllBytesAsync(copy, bytes, ct);
            images[i] = new(copy, ImageIdentity.Create(BenchmarkImage.Collection, Tenants.Default, ImageIdentity.HashContent(bytes)));
        });
        return images;
    }
}
