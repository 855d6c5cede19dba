using Pipeline.Hashing.Learning;

namespace Pipeline.Tests.Evaluation.Hashing;

/// <summary>Pictures in a folder for each class, as features of the default backbone; what is of the query's class is relevant.</summary>
internal static class ImageFolders
{
    private const int QueryEvery = 5;

    public static VectorSet Extract(string folder)
    {
        var (train, test) = (Path.Combine(folder, "train"), Path.Combine(folder, "test"));
        (string File, string Class)[] rows, queries;
        if (Directory.Exists(train) && Directory.Exists(test))
        {
            (rows, queries) = (Pictures(train), Pictures(test));
        }
        else
        {
            var all = Pictures(folder).GroupBy(picture => picture.Class).SelectMany(ofClass => ofClass.Select((picture, i) => (Picture: picture, Asks: i % QueryEvery == 0)));
            var split = all.ToLookup(picture => picture.Asks, picture => picture.Picture);
            (rows, queries) = ([.. split[false]], [.. split[true]]);
        }

        if (rows.Length == 0 || queries.Length == 0)
        {
            throw new ArgumentException($"{folder} has no pictures in folders.");
        }

        var ofClass = rows.Select((picture, row) => (picture.Class, row)).GroupBy(pair => pair.Class, pair => pair.row)
            .ToDictionary(group => group.Key, IReadOnlySet<int> (group) => group.ToHashSet(), StringComparer.Ordinal);
        if (queries.FirstOrDefault(query => !ofClass.ContainsKey(query.Class)) is { Class: not null } lonely)
        {
            throw new ArgumentException($"Class {lonely.Class} has nothing to be found.");
        }

        string[] classes = [.. ofClass.Keys.Order(StringComparer.Ordinal)];
        return new VectorSet(
            Features(rows), Features(queries), [.. queries.Select(query => ofClass[query.Class])],
            [.. rows.Select(row => (int?)Array.IndexOf(classes, row.Class))]);
    }

    private static (string File, string Class)[] Pictures(string folder) =>
    [
        .. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal).SelectMany(ofClass => Directory.EnumerateFiles(ofClass)
            .Order(StringComparer.Ordinal).Select(file => (file, Path.GetFileName(ofClass)))),
    ];

    private static FeatureRows Features((string File, string Class)[] pictures)
    {
        var features = PictureFiles.Extract([.. pictures.Select(picture => picture.File)]);
        return new FeatureRows(features.SelectMany(picture => picture.Embedding.ToArray()).ToArray(), features[0].Embedding.Length);
    }
}
