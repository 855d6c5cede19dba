using Pipeline.Onnx;

namespace Pipeline.Tests.Evaluation.Updating;

/// <summary>Pictures in a folder for each class, as features of the default backbone.</summary>
internal sealed record LabelledSet(IReadOnlyList<string> Classes, IReadOnlyList<CnnFeatures> Pictures, int[] ClassOf)
{
    public static LabelledSet Extract(string folder)
    {
        string[] folders = [.. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)];
        (string File, int Class)[] files =
        [
            .. folders.SelectMany((ofClass, number) => Directory.EnumerateFiles(ofClass).Order(StringComparer.Ordinal).Select(file => (file, number))),
        ];
        if (folders.Length < 2 || files.Length == 0)
        {
            throw new ArgumentException($"{folder} has no pictures in folders of two or more classes.");
        }

        return new LabelledSet([.. folders.Select(f => Path.GetFileName(f))], PictureFiles.Extract([.. files.Select(file => file.File)]), [.. files.Select(file => file.Class)]);
    }
}
