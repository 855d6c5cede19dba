using Pipeline.Imaging;
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

        var decoder = new ImageDecoder(new ImagingOptions());
        var options = new BackboneOptions();
        using var backbone = new Backbone(BackboneArtifact.Load(options), options, Heads.Sessions);
        var pictures = new CnnFeatures[files.Length];
        Parallel.For(0, files.Length, i =>
        {
            using var rgb = decoder.DecodeRgb(File.ReadAllBytes(files[i].File), backbone.InputSize, backbone.InputSize);
            pictures[i] = backbone.Extract([rgb.Memory])[0];
        });
        return new LabelledSet([.. folders.Select(f => Path.GetFileName(f))], pictures, [.. files.Select(file => file.Class)]);
    }
}
