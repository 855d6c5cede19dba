using Pipeline.Evaluation;
using Pipeline.Imaging;

namespace Pipeline.Standalone.Demo;

/// <summary>The pictures of a demo.</summary>
/// <param name="Root">The folder that holds the files.</param>
/// <param name="Files">What to upload, relative to it.</param>
/// <param name="Truth">Which show the same thing; null if nobody said.</param>
/// <param name="Queries">The files to search with.</param>
public sealed record DemoSet(string Root, IReadOnlyList<string> Files, GroundTruth? Truth, IReadOnlyList<string> Queries)
{
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".avif", ".heic"];

    /// <summary>The user's own folder; every picture that has a companion in its group is a query.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">The ground truth names a file that is not there, or is not there itself.</exception>
    /// <exception cref="FormatException">The ground truth is not a table of file and group.</exception>
    public static DemoSet FromFolder(string folder, string? groundTruth)
    {
        var root = Path.GetFullPath(folder);
        string[] files =
        [
            .. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
                .Where(f => Extensions.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase))
                .Select(f => Path.GetRelativePath(root, f))
                .Order(StringComparer.Ordinal),
        ];
        if (groundTruth is null)
        {
            return new DemoSet(root, files, Truth: null, Queries: []);
        }

        using var table = File.OpenText(groundTruth);
        var named = GroundTruth.Read(table);
        var truth = GroundTruth.Create(named.Files.Select(f => KeyValuePair.Create(Match(f, files), named.GroupOf(f))));
        return new DemoSet(root, files, truth, [.. truth.Files.Where(f => truth.GroupSize(f) > 1)]);
    }

    /// <summary>Photographs and the views of each, written to <paramref name="target"/>; the views are the queries.</summary>
    /// <param name="folder">The photographs.</param>
    /// <param name="target">Where the set is written.</param>
    /// <param name="progress">Hears which part is done, 0 to 1.</param>
    public static DemoSet FromPhotographs(string folder, string target, Action<double> progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        Directory.CreateDirectory(target);
        var transforms = new ImageTransforms(new ImageDecoder(new ImagingOptions()));
        var photos = FromFolder(folder, groundTruth: null);
        var groups = new Dictionary<string, string>();
        var queries = new List<string>();
        for (var i = 0; i < photos.Files.Count; i++)
        {
            var group = Path.ChangeExtension(photos.Files[i], null).Replace(Path.DirectorySeparatorChar, '_');
            foreach (var (name, bytes) in DemoViews.Of(transforms, File.ReadAllBytes(Path.Combine(photos.Root, photos.Files[i]))))
            {
                var file = $"{group}.{name}{(name == DemoViews.Original ? Path.GetExtension(photos.Files[i]) : ".jpg")}";
                File.WriteAllBytes(Path.Combine(target, file), bytes);
                groups[file] = group;
                if (name != DemoViews.Original)
                {
                    queries.Add(file);
                }
            }

            progress((i + 1.0) / photos.Files.Count);
        }

        return new DemoSet(target, [.. groups.Keys], GroundTruth.Create(groups), queries);
    }

    /// <summary>Tables name files from their own folder, so a name also matches by its last part.</summary>
    private static string Match(string name, string[] files) =>
        files.FirstOrDefault(f => f == name)
        ?? files.FirstOrDefault(f => Path.GetFileName(f) == Path.GetFileName(name))
        ?? throw new FileNotFoundException($"The ground truth names {name}, which is not among the pictures.");
}
